#include "app/dataset_journal.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

namespace karyo {
namespace {

using nlohmann::json;

Error damaged(const char* what) {
  return {ErrorCode::kBadFile, std::string("the ") + what + " cannot be read",
          "The masks are not touched by this; give classes or regions anew."};
}

}  // namespace

RestoredSteps steps_of(const Recovered& recovered, const std::shared_ptr<LabelsLayer>& layer) {
  RestoredSteps restored;
  const std::int64_t done = recovered.position - (recovered.first - 1);
  restored.done =
      static_cast<std::size_t>(std::clamp<std::int64_t>(done, 0, std::ssize(recovered.steps)));
  for (std::size_t i = 0; i < recovered.steps.size(); ++i) {
    const JournalStep& step = recovered.steps[i];
    LayerHistory::LabelStep made{step.name, {}};
    for (const LabelChange& change : step.labels) {
      // What undo holds is what the labels do not: before what was done, after what was undone.
      made.edits.emplace_back(layer, change.frame, i < restored.done ? change.before : change.after,
                              change.box);
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
        change_of(edit->time(), edit->box(), edit->tiles(), layer.labels(edit->time()));
    ReplacedTiles& replaced = later[static_cast<std::size_t>(edit->time())];
    for (auto& [number, tile] : change.after) {
      const auto found = replaced.find(number);
      if (found != replaced.end()) tile = found->second;
    }
    for (const auto& [number, tile] : edit->tiles()) replaced[number] = tile;
    step.labels.insert(step.labels.begin(), std::move(change));
  }
  return step;
}

std::string text_of(const ObjectNotes& notes) {
  json classes = json::array(), objects = json::object();
  for (const ObjectClass& one : notes.classes) {
    classes.push_back({{"name", one.name}, {"color", {one.color.r, one.color.g, one.color.b}}});
  }
  for (const auto& [id, note] : notes.objects) {
    json object = json::object();
    if (note.object_class >= 0) object["class"] = note.object_class;
    if (note.locked) object["locked"] = true;
    if (note.accepted) object["accepted"] = *note.accepted;
    objects[std::to_string(id)] = std::move(object);
  }
  return json{{"classes", classes}, {"objects", objects}}.dump();
}

Result<ObjectNotes> object_notes_from(const std::string& text) {
  ObjectNotes notes;
  notes.classes.clear();
  try {
    const json in = json::parse(text);
    for (const json& one : in.at("classes")) {
      if (notes.classes.size() == ObjectNotes::kMostClasses) return damaged("list of classes");
      const auto part = [&](std::size_t i) { return one.at("color").at(i).get<std::uint8_t>(); };
      notes.classes.push_back({one.at("name").get<std::string>(), {part(0), part(1), part(2)}});
    }
    const json objects = in.at("objects");
    for (const auto& [id, object] : objects.items()) {
      ObjectNote note;
      note.object_class = object.value("class", -1);
      note.locked = object.value("locked", false);
      if (object.contains("accepted")) note.accepted = object["accepted"].get<std::uint64_t>();
      if (note.object_class >= std::ssize(notes.classes)) return damaged("classes of objects");
      notes.set(static_cast<std::uint32_t>(std::stoul(id)), note);
    }
  } catch (const std::exception&) {
    return damaged("classes of objects");
  }
  return notes;
}

std::string bytes_of(const ShapeList& shapes) {
  std::string bytes;
  for (const Roi& roi : shapes) {
    const auto formatted = format_roi(roi);
    if (!formatted) continue;  // too many vertices for ImageJ's format
    const auto size = static_cast<std::uint32_t>(formatted->size());
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(size >> shift));
    bytes.append(reinterpret_cast<const char*>(formatted->data()), formatted->size());
  }
  return bytes;
}

Result<ShapeList> shapes_from(const std::string& bytes) {
  ShapeList shapes;
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes.size() - at < 4) return damaged("regions");
    std::uint32_t size = 0;
    for (int i = 0; i < 4; ++i) {
      size |= static_cast<std::uint32_t>(
                  static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]))
              << (8 * i);
    }
    at += 4;
    if (bytes.size() - at < size) return damaged("regions");
    KARYO_TRY(Roi roi, parse_roi({reinterpret_cast<const std::byte*>(bytes.data() + at), size}));
    shapes.push_back(std::move(roi));
    at += size;
  }
  return shapes;
}

}  // namespace karyo
