#pragma once

/// What is said of objects beside their voxels: a class, a lock, whether they were looked at.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/image/volume.h"

namespace karyo {

struct ObjectClass {
  std::string name;
  Rgb color;
  friend bool operator==(const ObjectClass&, const ObjectClass&) = default;
};

struct ObjectNote {
  int object_class = -1;  ///< place in ObjectNotes::classes; -1: none
  bool locked = false;    ///< painting, merging and deleting leave it as it is
  /// Looked at and found good: a fingerprint of its voxels then, so that one changed since comes
  /// back for review.
  std::optional<std::uint64_t> accepted;
  friend bool operator==(const ObjectNote&, const ObjectNote&) = default;
};

/// A value, shared and never changed in place: a changed copy takes its place, so that undo keeps
/// it at the cost of a pointer.
struct ObjectNotes {
  static constexpr std::size_t kMostClasses = 255;
  std::vector<ObjectClass> classes{{"interphase", {0x4e, 0x9a, 0xd6}},
                                   {"mitotic", {0xe0, 0x7b, 0x39}},
                                   {"dead", {0x8c, 0x8c, 0x8c}}};
  std::map<std::uint32_t, ObjectNote> objects;  ///< those of which something is said

  /// An empty note where nothing is said.
  ObjectNote of(std::uint32_t id) const {
    const auto found = objects.find(id);
    return found == objects.end() ? ObjectNote{} : found->second;
  }
  /// An empty note is not kept.
  void set(std::uint32_t id, const ObjectNote& note) {
    if (note == ObjectNote{}) {
      objects.erase(id);
    } else {
      objects[id] = note;
    }
  }
  /// Sorted, as PaintRule wants them.
  std::vector<std::uint32_t> locked() const {
    std::vector<std::uint32_t> ids;
    for (const auto& [id, note] : objects) {
      if (note.locked) ids.push_back(id);
    }
    return ids;
  }
  friend bool operator==(const ObjectNotes&, const ObjectNotes&) = default;
};

}  // namespace karyo
