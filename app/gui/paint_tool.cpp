#include "app/gui/paint_tool.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/gui/slice_view.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

/// Hundredths of a voxel are finer than a hand, and read well in macros.
double rounded(double voxels) {
  return std::round(voxels * 100) / 100;
}

}  // namespace

void PaintTool::set_kind(std::optional<PaintKind> kind) {
  kind_ = kind;
  at_.reset();
  cancel();
}

std::shared_ptr<LabelsLayer> PaintTool::layer() {
  LayerList& layers = workspace_.layers();
  if (dynamic_cast<LabelsLayer*>(layers.selected()) == nullptr) {
    for (int i = layers.count() - 1; i >= 0; --i) {
      if (layers.at(i).kind() != LayerKind::kLabels || !layers.at(i).visible()) continue;
      layers.select(&layers.at(i));
      break;
    }
  }
  if (dynamic_cast<LabelsLayer*>(layers.selected()) == nullptr && kind_ == PaintKind::kBrush) {
    run_("layer.new_labels", nlohmann::json::object());
  }
  auto* const found = dynamic_cast<LabelsLayer*>(layers.selected());
  const auto refuse = [this](const std::string& what, const char* fix) {
    workspace_.failed.emit(Error(ErrorCode::kInvalidArgument, what, fix));
    return nullptr;
  };
  if (found == nullptr)
    return refuse("there is no layer of labels", "Layer › New labels layer makes one.");
  if (kind_ != PaintKind::kPick && found->locked()) {
    return refuse(found->name() + " is locked", "Unlock it in the list of layers.");
  }
  if (!found->visible())
    return refuse(found->name() + " is hidden", "Show it in the list of layers (V).");
  return std::dynamic_pointer_cast<LabelsLayer>(layers.shared_at(layers.find(found)));
}

WorldPoint PaintTool::voxel_of(const WorldPoint& place, const Layer& layer) const {
  const VoxelGrid grid = workspace_.layers().grid_of(layer);
  WorldPoint voxel;
  for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
    voxel[axis] = rounded(voxels_along(place[axis], grid, axis) - 0.5);
  }
  return voxel;
}

nlohmann::json PaintTool::common(const Layer& layer, Plane plane) const {
  nlohmann::json arguments{{"layer", layer.name()}, {"plane", name_of(plane)}};
  if (workspace_.paint().ball()) arguments["ball"] = true;
  if (workspace_.paint().over() == PaintOver::kBackground) arguments["over"] = "background";
  if (layer.shape().t > 1) arguments["frame"] = workspace_.view().time();
  return arguments;
}

void PaintTool::press(SliceView& view, const WorldPoint& place) {
  if (!kind_ || stroke_) return;
  at_ = place;
  over_ = &view;
  const auto labels = layer();
  if (!labels) return;
  const WorldPoint voxel = voxel_of(place, *labels);
  if (kind_ == PaintKind::kPick) {
    const Index3 at{std::llround(voxel.z), std::llround(voxel.y), std::llround(voxel.x)};
    labels->set_selected(labels->id_at(at, workspace_.view().time()));
    return;
  }
  if (kind_ != PaintKind::kEraser && labels->selected() == 0 &&
      !run_("labels.new_object", {{"layer", labels->name()}})) {
    return;
  }
  if (kind_ == PaintKind::kFill) {
    nlohmann::json arguments = common(*labels, view.plane());
    arguments["voxel"] = {std::round(voxel.z), std::round(voxel.y), std::round(voxel.x)};
    arguments["label"] = labels->selected();
    run_("labels.fill", arguments);
    return;
  }
  painted_ = labels;
  plane_ = view.plane();
  begin(view);
  add(place);
}

void PaintTool::begin(const SliceView& view) {
  const PaintState& state = workspace_.paint();
  StrokeSettings settings;
  settings.size = state.size();
  settings.ball = state.ball();
  settings.plane = view.plane();
  settings.label = kind_ == PaintKind::kEraser ? 0 : painted_->selected();
  settings.rule.over = state.over();
  arguments_ = common(*painted_, view.plane());
  arguments_["size"] = settings.size;
  arguments_["label"] = settings.label;
  points_.clear();
  stroke_.emplace(painted_, workspace_.view().time(), settings);
}

void PaintTool::add(const WorldPoint& place) {
  const WorldPoint voxel = voxel_of(place, *painted_);
  const std::size_t count = points_.size();
  const bool same = count >= 3 && points_[count - 3] == voxel.z && points_[count - 2] == voxel.y &&
                    points_[count - 1] == voxel.x;
  if (same) return;
  points_.insert(points_.end(), {voxel.z, voxel.y, voxel.x});
  stroke_->add(voxel);
}

void PaintTool::move(SliceView& view, const WorldPoint& place, bool dragging) {
  at_ = place;
  over_ = &view;
  if (stroke_ && dragging && view.plane() == plane_) add(place);
  changed.emit();
}

void PaintTool::release(SliceView& view, const WorldPoint& place) {
  if (!stroke_) return;
  if (view.plane() == plane_) add(place);
  stroke_->finish(workspace_);
  stroke_.reset();
  painted_.reset();
  arguments_["points"] = std::exchange(points_, {});
  did_("labels.paint", std::exchange(arguments_, {}));
}

bool PaintTool::cancel() {
  const bool drawing = stroke_.has_value();
  stroke_.reset();
  painted_.reset();
  changed.emit();
  return drawing;
}

void PaintTool::paint(QPainter& painter, const SliceView& view) const {
  if (!at_ || !draws()) return;
  const PaintState& state = workspace_.paint();
  const bool here = over_ == &view;
  if (!here && !state.ball()) return;
  const Layer* layer = workspace_.layers().selected();
  const VoxelGrid grid =
      layer != nullptr ? workspace_.layers().grid_of(*layer) : workspace_.layers().grid();
  double radius = state.size() / 2 * grid.spacing_x;
  if (!here) {
    // In the other planes a ball is as wide as it is cut.
    const Axis normal = normal_axis(view.plane());
    const double off = workspace_.view().cursor()[normal] - (*at_)[normal];
    if (std::abs(off) >= radius) return;
    radius = std::sqrt(radius * radius - off * off);
  }
  const QPointF middle = view.position_of(*at_);
  WorldPoint beside = *at_;
  beside[horizontal_axis(view.plane())] += radius;
  const double reach = std::max(0.5, std::abs(view.position_of(beside).x() - middle.x()));
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(Qt::NoBrush);
  // Dark beside light is seen on any picture.
  painter.setPen(QPen(QColor(0, 0, 0, 180), 3));
  painter.drawEllipse(middle, reach, reach);
  painter.setPen(
      QPen(kind_ == PaintKind::kEraser ? QColor(255, 255, 255) : palette::accent(), 1.5));
  painter.drawEllipse(middle, reach, reach);
}

}  // namespace karyo::gui
