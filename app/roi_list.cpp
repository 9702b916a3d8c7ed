#include "app/roi_list.h"

#include <cstdio>

#include "core/segment/polygon_fill.h"

namespace karyo {

ShapesLayer* roi_layer(Workspace& workspace) {
  LayerList& layers = workspace.layers();
  if (auto* selected = dynamic_cast<ShapesLayer*>(layers.selected())) return selected;
  for (int i = layers.count() - 1; i >= 0; --i) {
    if (auto* shapes = dynamic_cast<ShapesLayer*>(&layers.at(i))) return shapes;
  }
  return nullptr;
}

ShapesLayer& made_roi_layer(Workspace& workspace) {
  if (ShapesLayer* found = roi_layer(workspace)) return *found;
  LayerList& layers = workspace.layers();
  Layer* const selected = layers.selected();
  auto& made = layers.add(std::make_shared<ShapesLayer>("regions"));
  if (selected != nullptr) layers.select(selected);
  return made;
}

std::string imagej_name(const Roi& roi, bool stack) {
  char name[48];
  const int y = (roi.top + roi.bottom) / 2, x = (roi.left + roi.right) / 2;
  if (stack) {
    std::snprintf(name, sizeof name, "%04d-%04d-%04d", static_cast<int>(slice_of(roi)) + 1, y, x);
  } else {
    std::snprintf(name, sizeof name, "%04d-%04d", y, x);
  }
  return name;
}

std::string type_text(const Roi& roi) {
  if (roi.composite()) return "composite";
  switch (roi.type) {
    case RoiType::kPolygon:
      return "polygon";
    case RoiType::kRectangle:
      return "rectangle";
    case RoiType::kOval:
      return "oval";
    case RoiType::kLine:
      return "line";
    case RoiType::kFreeLine:
      return "free line";
    case RoiType::kPolyline:
      return "polyline";
    case RoiType::kNone:
      return "none";
    case RoiType::kFreehand:
      return "freehand";
    case RoiType::kTraced:
      return "traced";
    case RoiType::kAngle:
      return "angle";
    case RoiType::kPoint:
      return "point";
  }
  return "";
}

std::int64_t pixels_in(const Roi& roi) {
  std::vector<PathF> paths = roi_paths(roi);
  if (paths.empty()) return 0;
  for (PathF& path : paths) {
    for (PointF& point : path) {
      point.x -= roi.left;
      point.y -= roi.top;
    }
  }
  std::int64_t pixels = 0;
  fill_paths(paths, roi.bottom - roi.top + 1, roi.right - roi.left + 1,
             [&](std::int64_t, std::int64_t begin, std::int64_t end) { pixels += end - begin; });
  return pixels;
}

}  // namespace karyo
