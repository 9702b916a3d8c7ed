#include "app/gui/region_at_hand.h"

#include <utility>

#include "annotation/region.h"
#include "app/gui/measure_tool.h"
#include "app/model_objects.h"
#include "app/roi_list.h"

namespace karyo::gui {

RegionAtHand::RegionAtHand(Workspace& workspace, MeasureTool& tool, std::function<bool()> measuring)
    : workspace_(workspace), tool_(tool), measuring_(std::move(measuring)) {
  connections_.push_back(tool_.changed.connect([this] {
    if (tool_.complete()) changed.emit();
  }));
  connections_.push_back(workspace_.layers().layer_changed.connect([this](Layer& layer) {
    if (dynamic_cast<const ShapesLayer*>(&layer) != nullptr) changed.emit();
  }));
}

PathF RegionAtHand::path(const VoxelGrid& grid) const {
  const PathF path = drawn(grid);
  return path.empty() ? chosen(grid) : path;
}

PathF RegionAtHand::drawn(const VoxelGrid& grid) const {
  PathF path;
  if (!measuring_() || !tool_.complete()) return path;
  const MeasureShape& shape = *tool_.shape();
  const bool area = shape.kind == MeasureKind::kRectangle || shape.kind == MeasureKind::kArea;
  if (!area || shape.plane != Plane::kXY) return path;
  for (const WorldPoint& point : shape.points) {
    path.push_back({voxels_along(point.x, grid, Axis::kX), voxels_along(point.y, grid, Axis::kY)});
  }
  return shape.kind == MeasureKind::kRectangle ? rectangle_path(path[0], path[1]) : path;
}

PathF RegionAtHand::chosen(const VoxelGrid& grid) const {
  const ShapesLayer* const list = roi_layer(workspace_);
  if (list == nullptr || list->look().selected < 0) return {};
  const auto number = static_cast<std::size_t>(list->look().selected);
  if (number >= list->look().data->size()) return {};
  const VoxelGrid own = workspace_.layers().grid_of(*list);
  PathF path = joined_path(roi_paths((*list->look().data)[number]));
  for (PointF& point : path) {
    const WorldPoint place = world_place({0, point.y, point.x}, own);
    point = {voxels_along(place.x, grid, Axis::kX), voxels_along(place.y, grid, Axis::kY)};
  }
  return path;
}

}  // namespace karyo::gui
