#include "app/gui/label_tool.h"

#include <cmath>

namespace karyo::gui {
namespace {

/// Hundredths of a voxel are finer than a hand, and read well in macros.
double rounded(double voxels) {
  return std::round(voxels * 100) / 100;
}

}  // namespace

std::shared_ptr<LabelsLayer> LabelTool::layer(bool makes, bool reads) {
  LayerList& layers = workspace_.layers();
  if (dynamic_cast<LabelsLayer*>(layers.selected()) == nullptr) {
    for (int i = layers.count() - 1; i >= 0; --i) {
      if (layers.at(i).kind() != LayerKind::kLabels || !layers.at(i).visible()) continue;
      layers.select(&layers.at(i));
      break;
    }
  }
  if (dynamic_cast<LabelsLayer*>(layers.selected()) == nullptr && makes) {
    run_("layer.new_labels", nlohmann::json::object());
  }
  auto* const found = dynamic_cast<LabelsLayer*>(layers.selected());
  const auto refuse = [this](const std::string& what, const char* fix) {
    workspace_.failed.emit(Error(ErrorCode::kInvalidArgument, what, fix));
    return nullptr;
  };
  if (found == nullptr)
    return refuse("there is no layer of labels", "Layer › New labels layer makes one.");
  if (!reads && found->locked()) {
    return refuse(found->name() + " is locked", "Unlock it in the list of layers.");
  }
  if (!found->visible())
    return refuse(found->name() + " is hidden", "Show it in the list of layers (V).");
  return std::dynamic_pointer_cast<LabelsLayer>(layers.shared_at(layers.find(found)));
}

WorldPoint LabelTool::voxel_of(const WorldPoint& place, const Layer& layer) const {
  const VoxelGrid grid = workspace_.layers().grid_of(layer);
  WorldPoint voxel;
  for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
    voxel[axis] = rounded(voxels_along(place[axis], grid, axis) - 0.5);
  }
  return voxel;
}

nlohmann::json LabelTool::common(const Layer& layer, Plane plane) const {
  nlohmann::json arguments{{"layer", layer.name()}, {"plane", name_of(plane)}};
  const PaintState& paint = workspace_.paint();
  if (paint.over() == PaintOver::kBackground) arguments["over"] = "background";
  if (paint.over() == PaintOver::kInside) {
    arguments["over"] = "inside";
    arguments["inside"] = paint.inside();
  }
  if (layer.shape().t > 1) arguments["frame"] = workspace_.view().time();
  return arguments;
}

}  // namespace karyo::gui
