// What is done to objects as a whole: split, smoothed, moved, filled, copied, numbered anew.

#include <cmath>
#include <functional>
#include <optional>

#include "annotation/cleanup.h"
#include "annotation/interpolate.h"
#include "annotation/label_edit.h"
#include "annotation/objects.h"
#include "annotation/reshape.h"
#include "annotation/split.h"
#include "app/label_target.h"
#include "app/layer_commands.h"
#include "app/object_checks.h"
#include "app/picture_part.h"
#include "app/stroke.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

/// One object, or for id 0 all, being changed.
struct Work {
  LabelEditor& editor;
  ObjectAt object;
  const LabelTarget& target;
  const PaintRule& rule;
  const json& arguments;
  VoxelGrid grid;

  LabelWriter& writer() const { return editor.writer(); }
  const LabelVolume& labels() const { return editor.labels(); }
  double length(const char* name, double otherwise) const {
    return arguments.value(name, otherwise) * grid.spacing_x;
  }
  /// None: through all planes.
  std::optional<Plane> plane(bool usually_by_slice = false) const {
    if (!arguments.value("by_slice", usually_by_slice)) return {};
    return plane_of(arguments);
  }
  std::uint32_t new_id() const { return std::max(unused_id(*target.layer), labels().unused_id()); }
};
using Operation = std::function<Result<Box3>(const Work&)>;

const Argument kObjects{"objects", Kind::kNumbers, "their numbers; else the selected one"};
const Argument kAll{"all", Kind::kBool, "all objects"};
const Argument kBySlice{"by_slice", Kind::kBool, "each slice alone, else as a body"};

/// Where the object lies, from the counts where they are of these labels.
ObjectAt object_at(const Workspace& workspace, const LabelTarget& target, std::uint32_t id) {
  const ObjectTable* objects = workspace.up_to_date_objects_of(*target.layer);
  if (objects == nullptr || target.layer->shape().t > 1) return {id};
  const auto found = objects->find(id);
  return found == objects->end() ? ObjectAt{id} : ObjectAt{id, found->second.box};
}

/// 0 stands for all.
Result<std::vector<std::uint32_t>> ids_from(Workspace& workspace, const json& arguments,
                                            const LabelsLayer& layer) {
  if (arguments.value("all", false)) return std::vector<std::uint32_t>{0};
  if (layer.selected() == kIgnoredLabel) return objects_from(arguments, 0);
  return objects_from(workspace, arguments, layer);
}

Result<void> edit_objects(Workspace& workspace, const json& arguments, const Operation& operation) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const auto ids, ids_from(workspace, arguments, *target.layer));
  KARYO_TRY(const PaintRule rule, rule_from(arguments, *target.layer));
  LabelEditor editor(target.layer, target.time);
  Box3 changed;
  for (const std::uint32_t id : ids) {
    const Work work{
        editor, object_at(workspace, target, id), target, rule, arguments, target.layer->place()};
    KARYO_TRY(const Box3 box, operation(work));
    changed = changed.united_with(box);
  }
  if (changed.empty()) {
    workspace.done.emit("Nothing had to be changed");
    return {};
  }
  editor.changed(changed);
  keep_edit(workspace, editor);
  return {};
}

Result<Box3> split_one(Workspace& workspace, const Work& work) {
  SplitHeights heights;
  std::optional<Error> unread;
  heights.tolerance = work.arguments.value("tolerance", 1.0);
  if (work.arguments.value("by", "distance") == "intensity") {
    KARYO_TRY(const ImageLayer* const image,
              image_under(workspace, work.arguments, *work.target.layer));
    heights.intensity = [&unread,
                         around = picture_around(*image, work.target.time)](const Box3& box) {
      const auto picture = around(box);
      if (picture) return values_in(picture->part(), box);
      unread = picture.error();
      return Array3<float>(box.shape());
    };
    heights.sigma = work.length("sigma", 2);
    heights.tolerance = work.arguments.value("tolerance", 0.1);
  }
  const auto change = split_object(work.writer(), work.labels(), work.object, work.grid, heights,
                                   work.new_id(), work.rule);
  if (unread) return *unread;  // what was split by nothing is taken back
  if (!change) return change.error();
  return change->box;
}

Result<Box3> split_at_seeds(const Work& work) {
  KARYO_TRY(const auto places, places_from(work.arguments["points"]));
  std::vector<Index3> seeds;
  for (const WorldPoint& place : places) seeds.push_back(voxel_of(place));
  KARYO_TRY(const ObjectChange change,
            split_by_seeds(work.writer(), work.labels(), work.object, seeds, work.grid, {},
                           work.new_id(), work.rule));
  return change.box;
}

/// The slice along the plane's normal that is looked at.
std::int64_t shown_depth(const Workspace& workspace, const LabelsLayer& layer, Plane plane) {
  return along(voxel_at(workspace.view().cursor(), workspace.layers().grid_of(layer)),
               normal_axis(plane));
}

Result<void> copy_slice(Workspace& workspace, const json& arguments, int direction) {
  KARYO_TRY(auto* const labels, target_as<LabelsLayer>(workspace, arguments, "label"));
  const Plane plane = plane_of(arguments);
  const auto from = static_cast<std::int64_t>(
      arguments.value("from", static_cast<double>(shown_depth(workspace, *labels, plane))));
  const std::int64_t to = from + direction;
  json all = arguments;
  if (labels->selected() == 0) all["all"] = true;
  KARYO_CHECK_OK(edit_objects(workspace, all, [&](const Work& work) {
    return copy_to_slice(work.writer(), work.labels(), work.object, plane, from, to, work.rule);
  }));
  const VoxelGrid grid = workspace.layers().grid_of(*labels);
  WorldPoint cursor = workspace.view().cursor();
  cursor[normal_axis(plane)] = centre_of({to, to, to}, grid)[normal_axis(plane)];
  workspace.view().set_cursor(cursor);
  return {};
}

Result<void> move_selected(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const auto by, places_from(arguments["by"]));
  std::int64_t lost = 0;
  KARYO_CHECK_OK(edit_objects(workspace, arguments, [&](const Work& work) -> Result<Box3> {
    KARYO_TRY(const MovedObject moved,
              move_object(work.writer(), work.labels(), work.object, voxel_of(by[0]), work.rule));
    lost += moved.lost;
    return moved.box;
  }));
  if (lost > 0) {
    workspace.done.emit(std::to_string(lost) +
                        " voxels had no place: beyond the border or on other objects");
  }
  return {};
}

Result<void> delete_objects(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const auto ids, ids_from(workspace, arguments, *target.layer));
  for (const std::uint32_t id : ids) {
    if (target.layer->notes()->of(id).locked) return object_is_locked(id);
  }
  LabelEditor editor(target.layer, target.time);
  const Box3 box = replace_ids(editor.writer(), editor.labels(), ids, 0);
  if (box.empty()) {
    workspace.done.emit("Nothing had to be changed");
    return {};
  }
  editor.changed(box);
  keep_edit(workspace, editor);
  return {};
}

/// Classes and locks go with the numbers.
Result<void> renumber(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  if (target.layer->shape().t > 1) {
    return Error(ErrorCode::kUnsupported, target.layer->name() + " is a movie",
                 "Numbers of a movie say which object is which through time; they stay.");
  }
  KARYO_TRY(const PaintRule rule, rule_from(arguments, *target.layer));
  LabelEditor editor(target.layer, target.time);
  const Renumbered done = renumber_objects(editor.writer(), editor.labels(), rule);
  editor.changed(done.box);
  keep_edit(workspace, editor);
  const ObjectNotes& before = *target.layer->notes();
  auto notes = std::make_shared<ObjectNotes>(before);
  for (const auto& [from, to] : done.ids) notes->objects.erase(from);
  for (const auto& [from, to] : done.ids) notes->set(to, before.of(from));
  target.layer->set_notes(std::move(notes));
  return {};
}

}  // namespace

void add_edit_commands(CommandTable& commands, Workspace& workspace) {
  const auto labels = [&workspace] {
    return dynamic_cast<const LabelsLayer*>(workspace.layers().selected());
  };
  const auto has_labels = [labels] { return labels() != nullptr; };
  const auto has_object = [labels] {
    return labels() != nullptr && labels()->selected() != 0 &&
           labels()->selected() != kIgnoredLabel;
  };
  const auto has_stack = [labels, &workspace] {
    return labels() != nullptr && workspace.has_depth();
  };
  const auto add = [&](const char* id, const char* title, const char* keys, const char* help,
                       Command::Body body, std::function<bool()> enabled,
                       std::vector<Argument> arguments) {
    arguments.insert(arguments.begin(), layer_argument());
    arguments.push_back(frame_argument());
    const bool named = title[0] != '\0';
    commands.add({id,
                  named ? "Labels" : "",
                  named ? std::string("Object: ") + title : "",
                  keys,
                  help,
                  std::move(body),
                  std::move(enabled),
                  {},
                  std::move(arguments),
                  false,
                  named ? "" : "change objects"});
  };
  const auto on_objects = [&](Operation operation) -> Command::Body {
    return [&workspace, operation = std::move(operation)](const json& arguments) {
      return edit_objects(workspace, arguments, operation);
    };
  };
  const auto length = [](const char* name, double standard) {
    return Argument{name, Kind::kNumber, "in voxels along x", false, json(standard), 0.1, 1000};
  };

  add("labels.split", "Split at necks", "S",
      "Cuts the selected object where it is narrow (Fiji: Watershed).",
      on_objects([&workspace](const Work& work) { return split_one(workspace, work); }), has_object,
      {kObjects,
       {"by",
        Kind::kText,
        "what a part has a peak of",
        false,
        json("distance"),
        0,
        0,
        {"distance", "intensity"}},
       {"tolerance", Kind::kNumber, "how deep a neck has to be", false, {}, 0, 1000},
       length("sigma", 2),
       image_argument()});
  add("labels.split_seeds", "", "", "Splits an object into one part for each place.",
      on_objects([](const Work& work) { return split_at_seeds(work); }), [] { return true; },
      {kObjects, {"points", Kind::kNumbers, "z, y, x from 0, one for each part", true}});
  add("labels.split_pieces", "Number pieces apart", "",
      "Pieces of the selected object that do not touch become objects of their own.",
      on_objects([](const Work& work) -> Result<Box3> {
        KARYO_TRY(const ObjectChange change, split_pieces(work.writer(), work.labels(), work.object,
                                                          work.new_id(), work.rule));
        return change.box;
      }),
      has_object, {kObjects, kAll});
  add("labels.keep_largest", "Keep the largest piece", "",
      "Deletes all pieces of the selected object but the largest.",
      on_objects([](const Work& work) {
        return keep_largest_piece(work.writer(), work.labels(), work.object, work.rule);
      }),
      has_object, {kObjects, kAll});
  add("labels.fill_holes", "Fill holes", "H",
      "Fills what the selected object encloses, slice by slice unless told.",
      on_objects([](const Work& work) {
        return fill_object_holes(work.writer(), work.labels(), work.object, work.plane(true),
                                 work.rule);
      }),
      has_object, {kObjects, kAll, kBySlice, plane_argument()});
  add("labels.smooth", "Smooth the outline", "", "Takes corners and thin spurs off.",
      on_objects([](const Work& work) {
        return smooth_objects(work.writer(), work.labels(), work.object, work.grid,
                              work.length("sigma", 1.5), work.plane(), work.rule);
      }),
      has_object, {kObjects, kAll, length("sigma", 1.5), kBySlice, plane_argument()});
  add("labels.dilate", "Grow", "", "Makes the selected object larger, by one voxel unless told.",
      on_objects([](const Work& work) {
        PaintRule rule = work.rule;
        rule.over = PaintOver::kBackground;  // not into its neighbours
        return dilate_object(work.writer(), work.labels(), work.object, work.grid,
                             work.length("radius", 1), work.plane(), rule);
      }),
      has_object, {kObjects, length("radius", 1), kBySlice, plane_argument()});
  add("labels.erode", "Shrink", "", "Makes the selected object smaller, by one voxel unless told.",
      on_objects([](const Work& work) {
        return erode_object(work.writer(), work.labels(), work.object, work.grid,
                            work.length("radius", 1), work.plane(), work.rule);
      }),
      has_object, {kObjects, length("radius", 1), kBySlice, plane_argument()});
  add(
      "labels.move", "", "", "Moves objects by whole voxels.",
      [&workspace](const json& arguments) { return move_selected(workspace, arguments); },
      [] { return true; }, {kObjects, {"by", Kind::kNumbers, "z, y, x", true}});
  add("labels.merge_objects", "Merge the selected", "Shift+J",
      "Makes one object of those that are selected; the first keeps its number. Ctrl+click selects "
      "several.",
      [&workspace](const json& arguments) -> Result<void> {
        KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
        KARYO_TRY(const auto ids, ids_from(workspace, arguments, *target.layer));
        if (ids.size() < 2 && !arguments.contains("objects")) {
          return Error(ErrorCode::kNotFound, "one object alone is selected",
                       "Select several: Ctrl+click, or drag around them with the pick tool.");
        }
        return merge_objects(workspace, target, ids);
      },
      has_object, {kObjects});
  add(
      "labels.delete_objects", "", "", "Makes background of objects.",
      [&workspace](const json& arguments) { return delete_objects(workspace, arguments); },
      [] { return true; }, {kObjects});
  add("labels.interpolate", "Fill between slices", "I",
      "Fills the slices between those in which the selected object was drawn.",
      on_objects([](const Work& work) {
        return interpolate_slices(work.writer(), work.labels(), work.object,
                                  plane_of(work.arguments), work.grid, work.rule);
      }),
      [has_stack, has_object] { return has_stack() && has_object(); },
      {kObjects, plane_argument()});
  const Argument from{"from", Kind::kNumber, "the slice; else the one that is shown"};
  add("labels.copy_next", "Copy to the next slice", "Shift+PgDown",
      "Adds the selected object's outline, else all, to the next slice, and goes there.",
      [&workspace](const json& arguments) { return copy_slice(workspace, arguments, 1); },
      has_stack, {kObjects, kAll, plane_argument(), from});
  add("labels.copy_previous", "Copy to the slice before", "Shift+PgUp",
      "Adds the selected object's outline, else all, to the slice before, and goes there.",
      [&workspace](const json& arguments) { return copy_slice(workspace, arguments, -1); },
      has_stack, {kObjects, kAll, plane_argument(), from});
  add("labels.delete_border", "Delete objects at the border", "",
      "Objects that the image's border cuts off are deleted (Fiji: Exclude on edges).",
      [&workspace](const json& arguments) {
        json all = arguments;
        all["all"] = true;
        return edit_objects(workspace, all, [&](const Work& work) -> Result<Box3> {
          const BorderSides sides =
              arguments.value("slices", false) ? BorderSides::kAll : BorderSides::kRows;
          return delete_border_objects(work.writer(), work.labels(), sides, work.rule).box;
        });
      },
      has_labels, {{"slices", Kind::kBool, "the first and the last slice are border too"}});
  add("labels.delete_by_size", "", "", "Deletes objects that are too small or too large.",
      on_objects([](const Work& work) -> Result<Box3> {
        const double most = work.arguments.value("most", 9e15);
        return delete_objects_by_size(
                   work.writer(), work.labels(),
                   static_cast<std::int64_t>(work.arguments["least"].get<double>()), work.rule,
                   static_cast<std::int64_t>(most))
            .box;
      }),
      [] { return true; },
      {kAll,
       {"least", Kind::kNumber, "voxels", true, {}, 0, 9e15},
       {"most", Kind::kNumber, "voxels", false, {}, 0, 9e15}});
  add("labels.renumber", "Number objects anew", "",
      "Gives the objects the numbers 1, 2, … without gaps. Classes go with them.",
      [&workspace](const json& arguments) { return renumber(workspace, arguments); }, has_labels,
      {});
}

}  // namespace karyo
