// ImageJ's ROI Manager: regions kept in a list, from objects and to objects.

#include <algorithm>
#include <cmath>

#include "annotation/label_edit.h"
#include "annotation/pieces.h"
#include "annotation/region.h"
#include "app/label_target.h"
#include "app/layer_commands.h"
#include "app/roi_list.h"
#include "app/stroke.h"
#include "core/base/text.h"
#include "core/labels/label_rois.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

const Argument kNumbers{"numbers", Kind::kNumbers, "which, from 1; else the selected one"};

void put(ShapesLayer& layer, ShapeList shapes, std::int64_t selected) {
  ShapesLook look = layer.look();
  look.data = std::make_shared<const ShapeList>(std::move(shapes));
  look.selected = selected;
  layer.set_source({});
  layer.set_look(std::move(look));
}

Result<ShapesLayer*> list_of(Workspace& workspace) {
  ShapesLayer* layer = roi_layer(workspace);
  if (layer == nullptr) {
    return Error(ErrorCode::kNotFound, "there is no list of regions",
                 "Add the selected object to one (T), or open a RoiSet.zip.");
  }
  return layer;
}

/// Places in the list, from 0, sorted.
Result<std::vector<std::int64_t>> numbers_from(const json& arguments, const ShapesLayer& layer) {
  std::vector<std::int64_t> numbers;
  for (const json& number : arguments.value("numbers", json::array())) {
    const double value = number.get<double>();
    if (!(value >= 1 && value <= static_cast<double>(layer.count()) &&
          value == std::floor(value))) {
      return Error(ErrorCode::kInvalidArgument, "there is no region " + number.dump(),
                   "The list holds " + std::to_string(layer.count()) + ".");
    }
    numbers.push_back(static_cast<std::int64_t>(value) - 1);
  }
  if (!arguments.contains("numbers") && layer.look().selected >= 0) {
    numbers.push_back(layer.look().selected);
  }
  if (numbers.empty()) {
    return Error(ErrorCode::kNotFound, "no region is chosen", "Choose one in the list first.");
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

/// The outlines of objects in a slice (below 0: in all), with ImageJ's names.
std::vector<Roi> rois_of(const LabelVolume& labels, std::int64_t slice,
                         const std::vector<std::uint32_t>& ids) {
  Box3 box = Box3::of_shape(labels.shape());
  if (slice >= 0) {
    box.begin.z = slice;
    box.end.z = slice + 1;
  }
  LabelArray dense = labels.to_dense(box);
  for (std::int64_t i = 0; i < dense.count(); ++i) {
    std::uint32_t& id = dense.data()[i];
    const bool wanted = ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
    if (!wanted || id == kIgnoredLabel) id = 0;
  }
  std::vector<Roi> rois = rois_from_labels(dense.view());
  const bool stack = labels.shape().z > 1;
  for (Roi& roi : rois) {
    if (slice >= 0 && stack) roi.position = static_cast<std::int32_t>(slice) + 1;
    roi.name = imagej_name(roi, stack);
  }
  return rois;
}

Result<void> add_object(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const std::uint32_t id, id_from(arguments, "object", target.layer->selected()));
  const VoxelGrid grid = workspace.layers().grid_of(*target.layer);
  const auto slice = static_cast<std::int64_t>(
      arguments.value("slice", static_cast<double>(voxel_at(workspace.view().cursor(), grid).z)));
  const LabelVolume& labels = target.layer->labels(target.time);
  if (id == 0 || slice < 0 || slice >= labels.shape().z) {
    return Error(ErrorCode::kNotFound, "no object is selected in this slice",
                 "Click on an object, or draw a region with a tool of the Measure menu.");
  }
  const std::vector<Roi> found = rois_of(labels, slice, {id});
  if (found.empty()) {
    return Error(ErrorCode::kNotFound, "object " + std::to_string(id) + " is not in this slice",
                 "Go to a slice that shows it.");
  }
  ShapesLayer& layer = made_roi_layer(workspace);
  ShapeList shapes = *layer.look().data;
  shapes.insert(shapes.end(), found.begin(), found.end());
  const auto selected = std::ssize(shapes) - 1;
  put(layer, std::move(shapes), selected);
  return {};
}

Result<void> from_labels(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  std::vector<Roi> rois = rois_of(target.layer->labels(target.time), -1, {});
  if (rois.empty()) {
    return Error(ErrorCode::kNotFound, target.layer->name() + " holds no objects",
                 "Make some first.");
  }
  put(made_roi_layer(workspace), std::move(rois), -1);
  return {};
}

/// Each region becomes an object of its own number; later ones do not cover earlier ones' objects
/// unless the rule says so.
/// After outlines were filled: whether two nuclei share a number, in words.
void check_filled(Workspace& workspace, const LabelTarget& target, std::int64_t regions) {
  workspace.in_background([&workspace, labels = target.layer->labels(target.time),
                           regions](TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Checking what was filled");
    const auto shared = shared_ids(labels);
    constexpr std::size_t kNamed = 5;
    std::vector<std::string> ids;
    for (const SharedId& one : shared) ids.push_back(std::to_string(one.id));
    return Workspace::Finish([&workspace, regions, numbers = first_of(ids, kNamed)] {
      const std::string filled = std::to_string(regions);
      workspace.done.emit(numbers.empty()
                              ? filled + " regions filled: no two nuclei share a number"
                              : filled + " regions filled: several pieces have the number " +
                                    numbers + ", perhaps two nuclei; Annotate › Review shows them");
    });
  });
}

Result<void> to_labels(Workspace& workspace, const json& arguments) {
  KARYO_TRY(ShapesLayer* const layer, list_of(workspace));
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const PaintRule rule, rule_from(arguments, *target.layer));
  const ShapeList& shapes = *layer->look().data;
  LabelEditor editor(target.layer, target.time);
  const std::int64_t slices = target.layer->shape().z;
  Box3 changed;
  std::int64_t without_area = 0, filled = 0;
  for (const Roi& roi : shapes) {
    const std::vector<PathF> paths = roi_paths(roi);
    const std::int64_t slice = slice_of(roi), frame = frame_of(roi);
    if (paths.empty()) ++without_area;
    if (paths.empty() || (frame >= 0 && frame != target.time)) continue;
    const DepthRange depths = slice < 0 ? DepthRange{0, slices} : DepthRange{slice, slice + 1};
    const std::uint32_t id = editor.labels().unused_id();
    KARYO_TRY(const Box3 box,
              fill_region(editor.writer(), editor.labels(), Plane::kXY, depths, paths, id, rule));
    changed = changed.united_with(box);
    ++filled;
  }
  if (changed.empty()) {
    return Error(ErrorCode::kNotFound, "no region covers a free pixel",
                 "Regions need an area: lines and points have none.");
  }
  editor.changed(changed);
  keep_edit(workspace, editor);
  check_filled(workspace, target, filled);
  if (without_area > 0) {
    workspace.done.emit(std::to_string(without_area) +
                        " regions have no area (lines, points, texts) and were left out");
  }
  return {};
}

Result<void> delete_rois(Workspace& workspace, const json& arguments) {
  KARYO_TRY(ShapesLayer* const layer, list_of(workspace));
  KARYO_TRY(const auto numbers, numbers_from(arguments, *layer));
  ShapeList kept;
  const ShapeList& shapes = *layer->look().data;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (!std::binary_search(numbers.begin(), numbers.end(), static_cast<std::int64_t>(i))) {
      kept.push_back(shapes[i]);
    }
  }
  put(*layer, std::move(kept), -1);
  return {};
}

/// One region with all that the chosen ones cover; the first's name and slice.
Result<void> combine(Workspace& workspace, const json& arguments) {
  KARYO_TRY(ShapesLayer* const layer, list_of(workspace));
  KARYO_TRY(const auto numbers, numbers_from(arguments, *layer));
  const ShapeList& shapes = *layer->look().data;
  std::vector<Roi> chosen;
  for (const std::int64_t number : numbers)
    chosen.push_back(shapes[static_cast<std::size_t>(number)]);
  if (chosen.size() < 2) {
    return Error(ErrorCode::kInvalidArgument, "one region alone cannot be combined",
                 "Choose several in the list (Shift or Ctrl + click).");
  }
  const Roi first = chosen.front();
  for (Roi& roi : chosen) roi.position = roi.z = roi.t = roi.c = 0;
  Index3 shape = shape_holding(chosen);
  shape.z = 1;
  LabelArray all(shape);
  for (const Roi& roi : chosen) {
    fill_paths(roi_paths(roi), shape.y, shape.x,
               [&](std::int64_t y, std::int64_t begin, std::int64_t end) {
                 std::fill(&all(0, y, begin), &all(0, y, begin) + (end - begin), 1u);
               });
  }
  std::vector<Roi> united = rois_from_labels(all.view());
  if (united.empty()) {
    return Error(ErrorCode::kInvalidArgument, "the chosen regions have no area",
                 "Lines and points cannot be combined.");
  }
  Roi made = united.front();
  made.name = first.name;
  made.properties.clear();
  made.position = first.position;
  made.c = first.c;
  made.z = first.z;
  made.t = first.t;
  ShapeList kept;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    if (at == numbers.front()) kept.push_back(made);
    if (!std::binary_search(numbers.begin(), numbers.end(), at)) kept.push_back(shapes[i]);
  }
  put(*layer, std::move(kept), numbers.front());
  return {};
}

}  // namespace

void add_roi_commands(CommandTable& commands, Workspace& workspace) {
  const auto has_labels = [&workspace] {
    return dynamic_cast<const LabelsLayer*>(workspace.layers().selected()) != nullptr;
  };
  const auto has_list = [&workspace] { return roi_layer(workspace) != nullptr; };
  const char* const kMenu = "Annotate";
  commands.add({"rois.add_object",
                "",
                "",
                "",
                "Adds the outline of an object to the list of regions.",
                [&workspace](const json& arguments) { return add_object(workspace, arguments); },
                [] { return true; },
                {},
                {layer_argument(),
                 {"object", Kind::kNumber, "its number; else the selected one"},
                 {"slice", Kind::kNumber, "from 0; else the one that is shown"},
                 frame_argument()},
                false,
                "add region"});
  commands.add({"rois.from_labels",
                kMenu,
                "Regions: from all objects",
                "",
                "Lists the outline of every object, as ImageJ's ROI Manager does.",
                [&workspace](const json& arguments) { return from_labels(workspace, arguments); },
                has_labels,
                {},
                {layer_argument(), frame_argument()}});
  commands.add({"rois.to_labels",
                kMenu,
                "Regions: to objects",
                "",
                "Fills each region of the list with a number of its own (Fiji: ROIs to label map).",
                [&workspace](const json& arguments) { return to_labels(workspace, arguments); },
                [has_labels, has_list] { return has_labels() && has_list(); },
                {},
                {layer_argument(), over_argument(), inside_argument(), frame_argument()}});
  commands.add({"rois.delete",
                "",
                "",
                "",
                "Takes regions out of the list.",
                [&workspace](const json& arguments) { return delete_rois(workspace, arguments); },
                has_list,
                {},
                {kNumbers},
                false,
                "delete regions"});
  commands.add({"rois.combine",
                "",
                "",
                "",
                "Makes one region of several (ImageJ: OR).",
                [&workspace](const json& arguments) { return combine(workspace, arguments); },
                has_list,
                {},
                {kNumbers},
                false,
                "combine regions"});
  commands.add({"rois.rename",
                "",
                "",
                "",
                "Gives a region another name.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(ShapesLayer* const layer, list_of(workspace));
                  KARYO_TRY(const auto numbers, numbers_from(arguments, *layer));
                  ShapeList shapes = *layer->look().data;
                  shapes[static_cast<std::size_t>(numbers[0])].name =
                      arguments["name"].get<std::string>();
                  put(*layer, std::move(shapes), numbers[0]);
                  return {};
                },
                has_list,
                {},
                {kNumbers, {"name", Kind::kText, "its name", true}},
                false,
                "rename region"});
  commands.add({"rois.select",
                "",
                "",
                "",
                "Chooses a region and goes to its slice.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(ShapesLayer* const layer, list_of(workspace));
                  KARYO_TRY(const auto numbers, numbers_from(arguments, *layer));
                  ShapesLook look = layer->look();
                  look.selected = numbers[0];
                  layer->set_look(std::move(look));
                  const Roi& roi = (*layer->look().data)[static_cast<std::size_t>(numbers[0])];
                  const VoxelGrid grid = workspace.layers().grid_of(*layer);
                  const Index3 at{std::max<std::int64_t>(0, slice_of(roi)),
                                  (roi.top + roi.bottom) / 2, (roi.left + roi.right) / 2};
                  WorldPoint cursor = centre_of(at, grid);
                  if (slice_of(roi) < 0) cursor.z = workspace.view().cursor().z;
                  workspace.view().set_cursor(cursor);
                  return {};
                },
                has_list,
                {},
                {kNumbers},
                false,
                "choose region"});
}

}  // namespace karyo
