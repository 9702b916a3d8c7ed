#include "app/gui/model_tool.h"

#include <QPainter>
#include <QPainterPath>
#include <cmath>

#include "app/gui/drawn_outline.h"
#include "app/gui/slice_view.h"
#include "app/model_objects.h"
#include "app/picture_part.h"

namespace karyo::gui {

void ModelTool::set_in_use(bool in_use) {
  in_use_ = in_use;
  outline_.clear();
  changed.emit();
}

std::optional<ModelTool::Place> ModelTool::place_of(const WorldPoint& place) const {
  const LayerList& layers = workspace().layers();
  const auto* labels = dynamic_cast<const LabelsLayer*>(layers.selected());
  for (int i = layers.count() - 1; labels == nullptr && i >= 0; --i) {
    if (layers.at(i).visible()) labels = dynamic_cast<const LabelsLayer*>(&layers.at(i));
  }
  if (labels == nullptr) return {};
  const auto image = image_under(workspace(), nlohmann::json::object(), *labels);
  if (!image) return {};
  Place found{{*image, workspace().view().time(), 0, {}}, {}, layers.grid_of(*labels)};
  found.voxel = voxel_at(place, found.grid);
  found.slice.z = found.voxel.z;
  if (!Box3::of_shape(labels->shape().zyx()).contains(found.voxel)) return {};
  return found;
}

bool ModelTool::looks_at(const SliceView& view) const {
  return view.plane() == Plane::kXY || workspace().model().in_3d();
}

void ModelTool::move(SliceView& view, const WorldPoint& place, bool) {
  if (!in_use_ || !workspace().model().is_open()) return;
  PathF outline;
  const auto there = looks_at(view) ? place_of(place) : std::nullopt;
  if (there) {
    // Looked at while the pointer is still on its way, a click need not wait.
    if (const auto seen = workspace().model().seen_in(there->slice)) {
      outline =
          model_outline_at(*seen, there->voxel, view.plane(), there->slice.image->shape().zyx());
    } else {
      workspace().model().look_at(there->slice, [](const ModelInUse::Sight&) {});
    }
    grid_ = there->grid;
    plane_ = view.plane();
    depth_ = 0.5 + static_cast<double>(along(there->voxel, normal_axis(plane_)));
  }
  if (outline == outline_) return;
  outline_ = std::move(outline);
  changed.emit();
}

void ModelTool::press(SliceView& view, const WorldPoint& place) {
  if (!in_use_) return;
  if (workspace().model().is_open() && !looks_at(view)) {
    workspace().failed.emit(Error(ErrorCode::kUnsupported, "this model looks at XY planes",
                                  "Click in the XY view, or choose a StarDist 3D model."));
    return;
  }
  const auto labels = layer(true);
  if (!labels) return;
  nlohmann::json arguments = common(*labels, view.plane());
  const WorldPoint voxel = voxel_of(place, *labels);
  arguments["voxel"] = {std::round(voxel.z), std::round(voxel.y), std::round(voxel.x)};
  if (!workspace().paint().new_each() && labels->selected() != 0) {
    arguments["label"] = labels->selected();
  }
  run("labels.model_click", arguments);
}

void ModelTool::paint(QPainter& painter, const SliceView& view) const {
  if (outline_.empty() || view.plane() != plane_) return;
  QPainterPath path;
  for (const PointF& corner : outline_) {
    WorldPoint voxel;
    voxel[horizontal_axis(plane_)] = corner.x;
    voxel[vertical_axis(plane_)] = corner.y;
    voxel[normal_axis(plane_)] = depth_;
    const QPointF at = view.position_of(world_place(voxel, grid_));
    path.elementCount() == 0 ? path.moveTo(at) : path.lineTo(at);
  }
  path.closeSubpath();
  paint_suggested_outline(painter, path);
}

}  // namespace karyo::gui
