// Making objects by pointing: areas, wand, one click, cuts along a line, merging across.

#include <algorithm>
#include <cmath>

#include "annotation/index_axis.h"
#include "annotation/label_edit.h"
#include "annotation/objects.h"
#include "annotation/region.h"
#include "annotation/split.h"
#include "app/background_edit.h"
#include "app/label_target.h"
#include "app/layer_commands.h"
#include "app/object_checks.h"
#include "app/picture_part.h"
#include "app/stroke.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

constexpr double kMostPlace = 1e7;

const Argument kPath{"points", Kind::kNumbers,
                     "x, y in the plane's voxels; a voxel's middle lies at halves", true};
const Argument kDepth{"depth", Kind::kNumber, "the slice, from 0", false, json(0), 0, kMostPlace};
const Argument kVoxel{"voxel", Kind::kNumbers, "z, y, x from 0", true};
const Argument kLabel{"label", Kind::kNumber, "the object's number; 0 erases"};
const Argument kStack{"stack", Kind::kBool, "through the whole stack, else in the slice"};

/// Opens an editor, does it, keeps it.
Result<void> edit(Workspace& workspace, const LabelTarget& target,
                  const std::function<Result<Box3>(LabelEditor&)>& change) {
  LabelEditor editor(target.layer, target.time);
  KARYO_TRY(const Box3 box, change(editor));
  editor.changed(box);
  keep_edit(workspace, editor);
  return {};
}

Result<void> draw_region(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(PathF path, path_from(arguments["points"]));
  KARYO_TRY(const std::uint32_t label, id_from(arguments, "label", target.layer->selected()));
  KARYO_TRY(const PaintRule rule, rule_from(arguments, *target.layer));
  const std::string shape = arguments.value("shape", "polygon");
  if (shape != "polygon") {
    if (path.size() != 2) {
      return Error(ErrorCode::kInvalidArgument, "a " + shape + " has two opposite corners",
                   "Give four numbers: x, y, x, y.");
    }
    path = shape == "rectangle" ? rectangle_path(path[0], path[1]) : ellipse_path(path[0], path[1]);
  }
  const Plane plane = plane_of(arguments);
  const auto depth = static_cast<std::int64_t>(arguments.value("depth", 0.0));
  DepthRange depths{depth, depth + 1};
  if (arguments.value("stack", false)) {
    depths = {0, along(target.layer->shape().zyx(), normal_axis(plane))};
  }
  return edit(workspace, target, [&](LabelEditor& editor) {
    return fill_region(editor.writer(), editor.labels(), plane, depths, std::span(&path, 1), label,
                       rule);
  });
}

Result<void> use_wand(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelWork work, wand_work(workspace, arguments));
  return do_now(workspace, work);
}

Result<void> click_nucleus(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelWork work, one_click_work(workspace, arguments));
  return do_now(workspace, work);
}

Result<void> cut(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const std::uint32_t id, id_from(arguments, "object", 0));
  KARYO_TRY(const PaintRule rule, rule_from(json::object(), *target.layer));
  CutStroke stroke;
  KARYO_TRY(stroke.path, path_from(arguments["points"]));
  stroke.plane = plane_of(arguments);
  stroke.depth = static_cast<std::int64_t>(arguments.value("depth", 0.0));
  stroke.whole_stack = arguments.value("stack", false);
  LabelEditor editor(target.layer, target.time);
  KARYO_TRY(const ObjectChange change, cut_along(editor.writer(), editor.labels(), {id}, stroke,
                                                 unused_id(*target.layer), rule));
  if (change.box.empty()) {
    return Error(ErrorCode::kNotFound, "the line cuts no object",
                 "Draw it right across one, from background to background.");
  }
  editor.changed(change.box);
  keep_edit(workspace, editor);
  return {};
}

/// All objects that a line runs over become the first of them.
Result<void> merge_across(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const auto places, places_from(arguments["points"]));
  const LabelVolume& labels = target.layer->labels(target.time);
  const Box3 all = Box3::of_shape(labels.shape());
  std::vector<std::uint32_t> ids;
  const auto visit = [&](const Index3& voxel) {
    const std::uint32_t id = all.contains(voxel) ? labels.at(voxel) : 0;
    if (id != 0 && id != kIgnoredLabel && std::find(ids.begin(), ids.end(), id) == ids.end()) {
      ids.push_back(id);
    }
  };
  for (std::size_t i = 0; i < places.size(); ++i) {
    const WorldPoint from = places[i == 0 ? 0 : i - 1], to = places[i];
    const double length =
        std::max({std::abs(to.z - from.z), std::abs(to.y - from.y), std::abs(to.x - from.x)});
    const int steps = static_cast<int>(std::min(2 * length, 1e6)) + 1;
    for (int s = 0; s <= steps; ++s) {
      const double part = static_cast<double>(s) / steps;
      visit(voxel_of({from.z + (to.z - from.z) * part, from.y + (to.y - from.y) * part,
                      from.x + (to.x - from.x) * part}));
    }
  }
  if (ids.size() < 2) {
    return Error(ErrorCode::kNotFound, "the line touches no two objects",
                 "Drag from one object into the other.");
  }
  return merge_objects(workspace, target, ids);
}

}  // namespace

Result<void> merge_objects(Workspace& workspace, const LabelTarget& target,
                           const std::vector<std::uint32_t>& ids) {
  for (const std::uint32_t id : ids) {
    if (target.layer->notes()->of(id).locked) return object_is_locked(id);
  }
  LabelEditor editor(target.layer, target.time);
  editor.changed(replace_ids(editor.writer(), editor.labels(), ids, ids[0]));
  keep_edit(workspace, editor);
  workspace.checks().selection().choose(target.layer, {ids[0]});  // the others are gone
  return {};
}

void add_draw_commands(CommandTable& commands, Workspace& workspace) {
  const auto add = [&](const char* id, const char* help, const char* step,
                       Result<void> (*body)(Workspace&, const json&),
                       std::vector<Argument> arguments) {
    arguments.insert(arguments.begin(), layer_argument());
    arguments.push_back(frame_argument());
    commands.add({id,
                  "",
                  "",
                  "",
                  help,
                  [&workspace, body](const json& given) { return body(workspace, given); },
                  [] { return true; },
                  {},
                  std::move(arguments),
                  false,
                  step});
  };
  add("labels.region", "Fills an area that was drawn.", "draw", draw_region,
      {kPath,
       {"shape",
        Kind::kText,
        "a rectangle and an ellipse by two opposite corners",
        false,
        json("polygon"),
        0,
        0,
        {"polygon", "rectangle", "ellipse"}},
       plane_argument(),
       kDepth,
       kStack,
       kLabel,
       over_argument(),
       inside_argument()});
  add("labels.wand", "Takes what hangs together and is about as bright (magic wand).", "wand",
      use_wand,
      {kVoxel,
       {"tolerance", Kind::kNumber, "in the image's values", true},
       kStack,
       plane_argument(),
       kLabel,
       over_argument(),
       inside_argument(),
       image_argument()});
  add("labels.one_click", "Finds the nucleus around a place.", "one click", click_nucleus,
      {kVoxel,
       {"radius", Kind::kNumber, "expected, in voxels along x; 0: told by the picture", false,
        json(0), 0, 10000},
       {"dark", Kind::kBool, "nuclei are darker than what is around them"},
       kStack,
       plane_argument(),
       {"label", Kind::kNumber, "else a new one"},
       over_argument(),
       inside_argument(),
       image_argument()});
  add("labels.cut", "Cuts objects along a line.", "cut", cut,
      {kPath,
       plane_argument(),
       kDepth,
       kStack,
       {"object", Kind::kNumber, "else all that the line crosses"}});
  add("labels.merge_across", "Makes one object of all that a line runs over.", "merge",
      merge_across, {{"points", Kind::kNumbers, "z, y, x from 0", true}});
}

}  // namespace karyo
