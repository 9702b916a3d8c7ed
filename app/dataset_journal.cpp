#include "app/dataset_journal.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>

namespace karyo {
namespace {

using nlohmann::json;

Error damaged(const char* what) {
  return {ErrorCode::kBadFile, std::string("the ") + what + " cannot be read",
          "The masks are not touched by this; give classes or regions anew."};
}

constexpr std::string_view kObject = "object/", kRegion = "region/";
constexpr const char* kRegionOrder = "region_order";
constexpr const char* kOldObjects = "objects";
constexpr const char* kOldRegions = "regions";

bool is_of_objects(const std::string& key) {
  return key == kClassesNote || key == kOldObjects || key.starts_with(kObject);
}
bool is_of_regions(const std::string& key) {
  return key == kRegionOrder || key == kOldRegions || key.starts_with(kRegion);
}

std::string region_key(std::uint64_t hash) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return std::string(kRegion) + digits;
}

template <typename Number>
void append_number(std::string& to, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i) to.push_back(static_cast<char>(value >> (8 * i)));
}
template <typename Number>
Number number_at(const std::string& bytes, std::size_t at) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value |= static_cast<Number>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

json json_of(const ObjectNote& note) {
  json object = json::object();
  if (note.object_class >= 0) object["class"] = note.object_class;
  if (note.locked) object["locked"] = true;
  if (note.accepted) object["accepted"] = *note.accepted;
  return object;
}

json json_of(const std::vector<ObjectClass>& classes) {
  json list = json::array();
  for (const ObjectClass& one : classes) {
    list.push_back({{"name", one.name}, {"color", {one.color.r, one.color.g, one.color.b}}});
  }
  return list;
}

/// Whether numbers of classes are places in the list.
bool are_sound(const ObjectNotes& notes) {
  return notes.classes.size() <= ObjectNotes::kMostClasses &&
         std::all_of(notes.objects.begin(), notes.objects.end(), [&](const auto& object) {
           return object.second.object_class < std::ssize(notes.classes);
         });
}

// The following throw what the JSON library throws.

std::vector<ObjectClass> classes_from(const json& list) {
  std::vector<ObjectClass> classes;
  for (const json& one : list) {
    const auto part = [&](std::size_t i) { return one.at("color").at(i).get<std::uint8_t>(); };
    classes.push_back({one.at("name").get<std::string>(), {part(0), part(1), part(2)}});
  }
  return classes;
}

ObjectNote note_from(const json& object) {
  ObjectNote note;
  note.object_class = object.value("class", -1);
  note.locked = object.value("locked", false);
  if (object.contains("accepted")) note.accepted = object["accepted"].get<std::uint64_t>();
  return note;
}

/// As settings and notes of before have it: classes and objects in one.
ObjectNotes all_from(const json& all) {
  ObjectNotes notes;
  notes.classes = classes_from(all.at("classes"));
  const json objects = all.value("objects", json::object());
  for (const auto& [id, object] : objects.items()) {
    notes.set(static_cast<std::uint32_t>(std::stoul(id)), note_from(object));
  }
  return notes;
}

/// Sizes of 4 bytes, each followed by a region.
Result<ShapeList> regions_from_old(const std::string& bytes) {
  ShapeList shapes;
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes.size() - at < 4) return damaged("regions");
    const auto size = number_at<std::uint32_t>(bytes, at);
    at += 4;
    if (bytes.size() - at < size) return damaged("regions");
    KARYO_TRY(Roi roi, parse_roi({reinterpret_cast<const std::byte*>(bytes.data() + at), size}));
    shapes.push_back(std::move(roi));
    at += size;
  }
  return shapes;
}

}  // namespace

RestoredSteps steps_of(const Recovered& recovered, const std::shared_ptr<LabelsLayer>& layer,
                       EditThinner& thinner) {
  RestoredSteps restored;
  const std::int64_t done = recovered.position - (recovered.first - 1);
  restored.done =
      static_cast<std::size_t>(std::clamp<std::int64_t>(done, 0, std::ssize(recovered.steps)));
  for (std::size_t i = 0; i < recovered.steps.size(); ++i) {
    const JournalStep& step = recovered.steps[i];
    LayerHistory::KeptStep made{
        step.name, {}, std::make_shared<const std::vector<NoteChange>>(step.notes)};
    for (const LabelChange& change : step.labels) {
      // What undo holds is what the labels do not: before what was done, after what was undone.
      const bool undone = i >= restored.done;
      LabelEdit& edit = made.edits.emplace_back(
          layer, change.frame, undone ? change.after : change.before, change.box, std::nullopt);
      edit.thin(undone ? change.before : change.after, &thinner);
    }
    restored.steps.push_back(std::move(made));
  }
  return restored;
}

bool concerns(const std::vector<LabelEdit>& edits, const LabelsLayer& layer) {
  return std::any_of(edits.begin(), edits.end(),
                     [&](const LabelEdit& edit) { return edit.layer().get() == &layer; });
}

JournalStep journal_step(const std::string& name, const std::vector<LabelEdit>& edits,
                         const LabelsLayer& layer) {
  JournalStep step;
  step.name = name;
  step.arguments = "{}";
  step.made_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count();
  // Later edits of one step may have changed the tiles of earlier ones again: each one's "after" is
  // what the next one replaced.
  std::vector<ReplacedTiles> later(static_cast<std::size_t>(layer.shape().t));
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
    if (edit->layer().get() != &layer) continue;
    LabelChange change =
        change_of(edit->time(), edit->box(), *edit->tiles(), layer.labels(edit->time()));
    ReplacedTiles& replaced = later[static_cast<std::size_t>(edit->time())];
    for (auto& [number, tile] : change.after) {
      const auto found = replaced.find(number);
      if (found != replaced.end()) tile = found->second;
    }
    for (const auto& [number, tile] : change.before) replaced[number] = tile;
    step.labels.insert(step.labels.begin(), std::move(change));
  }
  return step;
}

ImageNotes known_notes(const NoteMap& all) {
  ImageNotes notes;
  for (const auto& [key, value] : all) {
    if (is_of_objects(key)) notes.objects.emplace(key, value);
    if (is_of_regions(key)) notes.regions.emplace(key, value);
  }
  return notes;
}

bool are_old(const ImageNotes& notes) {
  return notes.objects.contains(kOldObjects) || notes.regions.contains(kOldRegions);
}

std::string text_of(const std::vector<ObjectClass>& classes) {
  return json{{"classes", json_of(classes)}}.dump();
}

std::string text_of(const ObjectNotes& notes) {
  json objects = json::object();
  for (const auto& [id, note] : notes.objects) objects[std::to_string(id)] = json_of(note);
  return json{{"classes", json_of(notes.classes)}, {"objects", std::move(objects)}}.dump();
}

Result<ObjectNotes> object_notes_from(const std::string& text) {
  return objects_from({{kOldObjects, text}}, "");
}

NoteMap notes_of(const ObjectNotes& objects) {
  NoteMap notes{{kClassesNote, text_of(objects.classes)}};
  for (const auto& [id, note] : objects.objects) {
    notes.emplace(std::string(kObject) + std::to_string(id), json_of(note).dump());
  }
  return notes;
}

NoteMap notes_of(const ShapeList* regions) {
  NoteMap notes;
  if (regions == nullptr) return notes;
  std::string order;
  for (const Roi& roi : *regions) {
    const auto formatted = format_roi(roi);
    if (!formatted) continue;  // too many vertices for ImageJ's format
    const std::string bytes(reinterpret_cast<const char*>(formatted->data()), formatted->size());
    ContentHash content;
    content.add(*formatted);
    std::uint64_t hash = content.value();
    // Equal ones share a note; others that have the same hash by accident get the next.
    while (notes.try_emplace(region_key(hash), bytes).first->second != bytes) ++hash;
    append_number(order, hash);
  }
  notes.emplace(kRegionOrder, std::move(order));
  return notes;
}

std::vector<NoteChange> changes_between(const NoteMap& before, const NoteMap& after) {
  std::vector<NoteChange> changes;
  auto old = before.begin();
  for (auto now = after.begin(); old != before.end() || now != after.end();) {
    const bool gone = now == after.end() || (old != before.end() && old->first < now->first);
    const bool added = !gone && (old == before.end() || now->first < old->first);
    if (gone) {
      changes.push_back({old->first, old->second, std::nullopt});
    } else if (added) {
      changes.push_back({now->first, std::nullopt, now->second});
    } else if (old->second != now->second) {
      changes.push_back({now->first, old->second, now->second});
    }
    if (!added) ++old;
    if (!gone) ++now;
  }
  return changes;
}

void apply(const std::vector<NoteChange>& changes, bool forward, ImageNotes& notes) {
  for (const NoteChange& change : changes) {
    const auto& value = forward ? change.after : change.before;
    NoteMap& of = is_of_regions(change.key) ? notes.regions : notes.objects;
    if (value) {
      of[change.key] = *value;
    } else {
      of.erase(change.key);
    }
  }
}

bool touch_regions(const std::vector<NoteChange>& changes) {
  return std::any_of(changes.begin(), changes.end(),
                     [](const NoteChange& change) { return is_of_regions(change.key); });
}

bool touch_objects(const std::vector<NoteChange>& changes) {
  return std::any_of(changes.begin(), changes.end(),
                     [](const NoteChange& change) { return is_of_objects(change.key); });
}

Result<ObjectNotes> objects_from(const NoteMap& notes, const std::string& classes) {
  ObjectNotes objects;
  try {
    const auto all = notes.find(kOldObjects);
    const auto list = notes.find(kClassesNote);
    if (all != notes.end()) {
      objects = all_from(json::parse(all->second));
    } else if (list != notes.end() || !classes.empty()) {
      objects.classes = all_from(json::parse(list != notes.end() ? list->second : classes)).classes;
    }
    for (auto it = notes.lower_bound(std::string(kObject));
         it != notes.end() && it->first.starts_with(kObject); ++it) {
      const auto id = std::stoul(it->first.substr(kObject.size()));
      objects.set(static_cast<std::uint32_t>(id), note_from(json::parse(it->second)));
    }
  } catch (const std::exception&) {
    return damaged("classes of objects");
  }
  if (!are_sound(objects)) return damaged("classes of objects");
  return objects;
}

Result<std::optional<ShapeList>> regions_from(const NoteMap& notes) {
  const auto all = notes.find(kOldRegions);
  if (all != notes.end()) {
    KARYO_TRY(ShapeList shapes, regions_from_old(all->second));
    return std::optional(std::move(shapes));
  }
  const auto order = notes.find(kRegionOrder);
  if (order == notes.end()) return std::optional<ShapeList>();
  constexpr std::size_t kBytes = sizeof(std::uint64_t);
  const std::string& hashes = order->second;
  if (hashes.size() % kBytes != 0) return damaged("regions");
  ShapeList shapes;
  for (std::size_t at = 0; at < hashes.size(); at += kBytes) {
    const auto region = notes.find(region_key(number_at<std::uint64_t>(hashes, at)));
    if (region == notes.end()) return damaged("regions");
    KARYO_TRY(Roi roi, parse_roi(std::as_bytes(std::span(region->second))));
    shapes.push_back(std::move(roi));
  }
  return std::optional(std::move(shapes));
}

}  // namespace karyo
