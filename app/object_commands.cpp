// What is said of objects: their class, a lock, that they were looked at; parts that are ignored.

#include <algorithm>
#include <set>

#include "annotation/label_edit.h"
#include "annotation/objects.h"
#include "app/label_target.h"
#include "app/layer_commands.h"
#include "app/stroke.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

/// Changes what is said of some objects.
Result<void> change_notes(Workspace& workspace, const json& arguments,
                          const std::function<void(ObjectNote&)>& change) {
  KARYO_TRY(auto* const labels, target_as<LabelsLayer>(workspace, arguments, "label"));
  KARYO_TRY(const auto ids, objects_from(workspace, arguments, *labels));
  auto notes = std::make_shared<ObjectNotes>(*labels->notes());
  for (const std::uint32_t id : ids) {
    ObjectNote note = notes->of(id);
    change(note);
    notes->set(id, note);
  }
  labels->set_notes(std::move(notes));
  return {};
}

Result<void> set_class(Workspace& workspace, const json& arguments) {
  KARYO_TRY(auto* const labels, target_as<LabelsLayer>(workspace, arguments, "label"));
  const auto& classes = labels->notes()->classes;
  const std::string name = arguments["class"].get<std::string>();
  int number = -1;
  if (!name.empty()) {
    const auto found = std::find_if(classes.begin(), classes.end(),
                                    [&](const ObjectClass& one) { return one.name == name; });
    if (found == classes.end()) {
      return Error(ErrorCode::kNotFound, labels->name() + " has no class \"" + name + "\"",
                   "Add it to the classes first, or choose one of them.");
    }
    number = static_cast<int>(found - classes.begin());
  }
  return change_notes(workspace, arguments,
                      [number](ObjectNote& note) { note.object_class = number; });
}

/// The selected object's class by its place; the same again takes it away.
Result<void> toggle_class(Workspace& workspace, int number) {
  KARYO_TRY(auto* const labels, target_as<LabelsLayer>(workspace, json::object(), "label"));
  const auto& classes = labels->notes()->classes;
  if (number >= static_cast<int>(classes.size())) {
    return Error(ErrorCode::kNotFound, "there is no class " + std::to_string(number + 1),
                 "Add one to the classes of the layer.");
  }
  // Of several the one that is selected last says which way.
  const bool away = labels->notes()->of(labels->selected()).object_class == number;
  return change_notes(workspace, json::object(),
                      [number, away](ObjectNote& note) { note.object_class = away ? -1 : number; });
}

Result<void> set_classes(Workspace& workspace, const json& arguments) {
  KARYO_TRY(auto* const labels, target_as<LabelsLayer>(workspace, arguments, "label"));
  const auto names = arguments["names"].get<std::vector<std::string>>();
  if (names.size() > ObjectNotes::kMostClasses ||
      std::set<std::string>(names.begin(), names.end()).size() != names.size() ||
      std::find(names.begin(), names.end(), "") != names.end()) {
    return Error(ErrorCode::kInvalidArgument, "these are no classes",
                 "Give up to 255 names, each another one and none empty.");
  }
  auto notes = std::make_shared<ObjectNotes>(*labels->notes());
  const std::vector<ObjectClass> before = std::exchange(notes->classes, {});
  std::vector<int> now(before.size(), -1);  // where the old ones are
  for (std::size_t i = 0; i < names.size(); ++i) {
    ObjectClass added{names[i], kLabelColors[i % kLabelColors.size()]};
    for (std::size_t old = 0; old < before.size(); ++old) {
      if (before[old].name != names[i]) continue;
      added = before[old];
      now[old] = static_cast<int>(i);
    }
    notes->classes.push_back(std::move(added));
  }
  for (auto it = notes->objects.begin(); it != notes->objects.end();) {
    int& number = it->second.object_class;
    if (number >= 0) number = number < std::ssize(now) ? now[static_cast<std::size_t>(number)] : -1;
    it = it->second == ObjectNote{} ? notes->objects.erase(it) : std::next(it);
  }
  labels->set_notes(std::move(notes));
  return {};
}

/// What was an object is a part that nobody annotated.
Result<void> ignore(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const auto ids, objects_from(workspace, arguments, *target.layer));
  LabelEditor editor(target.layer, target.time);
  for (const std::uint32_t id : ids) {
    if (target.layer->notes()->of(id).locked) return object_is_locked(id);
  }
  editor.changed(replace_ids(editor.writer(), editor.labels(), ids, kIgnoredLabel));
  keep_edit(workspace, editor);
  target.layer->set_selected(0);
  return {};
}

}  // namespace

void add_object_commands(CommandTable& commands, Workspace& workspace) {
  const auto labels = [&workspace] {
    return dynamic_cast<const LabelsLayer*>(workspace.layers().selected());
  };
  const auto has_object = [labels] { return labels() != nullptr && labels()->selected() != 0; };
  const Argument objects{"objects", Kind::kNumbers, "their numbers; else the selected one"};
  commands.add({"labels.lock",
                "Labels",
                "Lock the selected object",
                "Ctrl+L",
                "Painting, merging and deleting leave a locked object as it is.",
                [&workspace, labels](const json& arguments) {
                  const bool now =
                      labels() != nullptr && labels()->notes()->of(labels()->selected()).locked;
                  const bool locked = arguments.value("locked", !now);
                  return change_notes(workspace, arguments,
                                      [locked](ObjectNote& note) { note.locked = locked; });
                },
                has_object,
                [labels] {
                  return labels() != nullptr && labels()->notes()->of(labels()->selected()).locked;
                },
                {layer_argument(), objects, {"locked", Kind::kBool, "else the other way round"}}});
  commands.add(
      {"labels.set_class",
       "",
       "",
       "",
       "Says of which class objects are.",
       [&workspace](const json& arguments) { return set_class(workspace, arguments); },
       [] { return true; },
       {},
       {layer_argument(),
        objects,
        {"class", Kind::kText, "the name of one of the layer's classes; empty: none", true}},
       false,
       "set class"});
  for (int number = 0; number < 9; ++number) {
    const std::string digit = std::to_string(number + 1);
    commands.add({"labels.class_" + digit, "Labels", "Class: " + digit, "Alt+" + digit,
                  "Says that the selected object is of this class; again: of none.",
                  [&workspace, number](const json&) { return toggle_class(workspace, number); },
                  [labels, has_object, number] {
                    return has_object() && number < std::ssize(labels()->notes()->classes);
                  },
                  [labels, has_object, number] {
                    return has_object() &&
                           labels()->notes()->of(labels()->selected()).object_class == number;
                  }});
  }
  commands.add({"labels.set_classes",
                "",
                "",
                "",
                "The classes that objects can be of. Those of a class that goes have none.",
                [&workspace](const json& arguments) { return set_classes(workspace, arguments); },
                [] { return true; },
                {},
                {layer_argument(), {"names", Kind::kTexts, "in their order", true}},
                false,
                "change classes"});
  commands.add({"labels.ignore",
                "Labels",
                "Ignore the selected object",
                "",
                "Makes it a part that is not annotated: hatched, no object, left out of training.",
                [&workspace](const json& arguments) { return ignore(workspace, arguments); },
                has_object,
                {},
                {layer_argument(), objects, frame_argument()}});
  commands.add({"labels.paint_ignored",
                "Labels",
                "Paint what is ignored",
                "",
                "The next strokes mark parts that are not annotated; they are hatched.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(auto* const layer,
                            target_as<LabelsLayer>(workspace, arguments, "label"));
                  layer->set_selected(kIgnoredLabel);
                  return {};
                },
                [labels] { return labels() != nullptr; },
                [labels] { return labels() != nullptr && labels()->selected() == kIgnoredLabel; },
                {layer_argument()}});
  commands.add({"labels.color_by_class",
                "Labels",
                "Colours by class",
                "",
                "Draws objects in the colour of their class; grey ones have none.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(auto* const layer,
                            target_as<LabelsLayer>(workspace, arguments, "label"));
                  layer->set_colored_by_class(!layer->colored_by_class());
                  return {};
                },
                [labels] { return labels() != nullptr; },
                [labels] { return labels() != nullptr && labels()->colored_by_class(); },
                {layer_argument()}});
}

}  // namespace karyo
