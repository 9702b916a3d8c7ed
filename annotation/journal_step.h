#pragma once

/// One step of work on an image, as the journal keeps it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/labels/label_volume.h"

namespace karyo {

/// Tiles of one frame before and after; both name the same ones. Null is all background.
struct LabelChange {
  std::int64_t frame = 0;  ///< time index
  Box3 box;                ///< voxels outside did not change
  ReplacedTiles before, after;
};

/// What an image has beside its labels, by key ("rois", "object/12"); none: not there.
struct NoteChange {
  std::string key;
  std::optional<std::string> before, after;
  friend bool operator==(const NoteChange&, const NoteChange&) = default;
};

struct JournalStep {
  std::string name;                 ///< for people: "Paint", "Merge"
  std::string arguments;            ///< JSON
  std::int64_t made_ms = 0;         ///< since 1970, UTC
  std::vector<LabelChange> labels;  ///< in the order they were made
  std::vector<NoteChange> notes;
};

/// Of labels as they are `now`, after a change that replaced `before`.
LabelChange change_of(std::int64_t frame, const Box3& box, ReplacedTiles before,
                      const LabelVolume& now);

/// Labels are frames of one shape (Z, Y, X). Errors: kInvalidArgument when the step names tiles
/// or frames that these do not have, or more than most_tiles_of_step(); kTooLarge when its texts
/// have more than kMostTextOfStep bytes.
Result<void> check_step(const JournalStep& step, std::int64_t frames, const Index3& shape);

/// Name, arguments and notes of a step together.
inline constexpr std::size_t kMostTextOfStep = std::size_t{16} << 20;
/// A step may change a tile several times over, but a file of a few bytes is not to claim any
/// number of tiles: at most so many, counted each time. 0 where there is no such shape.
std::int64_t most_tiles_of_step(std::int64_t frames, const Index3& shape);

}  // namespace karyo
