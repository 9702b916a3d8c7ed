#include "app/gui/paint_tool.h"

#include <QGuiApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/gui/slice_view.h"
#include "app/gui/theme.h"
#include "app/mask_preview.h"
#include "app/model_in_use.h"
#include "app/model_walk.h"

namespace karyo::gui {
namespace {

constexpr double kWheelStep = 1.15;  // of the size, a notch
constexpr double kBeside = 5;        // pixels from the circle to the text

const LabelsLayer* selected_labels(const Workspace& workspace) {
  return dynamic_cast<const LabelsLayer*>(workspace.layers().selected());
}

}  // namespace

void PaintTool::set_kind(std::optional<PaintKind> kind) {
  kind_ = kind;
  at_.reset();
  pen_ = {};
  resizing_.reset();
  drop_stroke();
}

bool PaintTool::wheel(double notches) {
  if (!draws()) return false;
  PaintState& state = workspace().paint();
  const double size = state.size() * std::pow(kWheelStep, notches);
  // Small ones change by a voxel at least, as with the keys.
  state.set_size(notches > 0 ? std::max(state.size() + 1, size) : std::min(state.size() - 1, size));
  return true;
}

bool PaintTool::begin_resizing(const WorldPoint& place) {
  const bool shift = (QGuiApplication::keyboardModifiers() & Qt::ShiftModifier) != 0;
  if (!draws() || !shift) return false;
  resizing_ = Resizing{place, workspace().paint().size()};
  return true;
}

void PaintTool::resize_to(const SliceView& view, const WorldPoint& place) {
  const Layer* layer = workspace().layers().selected();
  const VoxelGrid grid =
      layer != nullptr ? workspace().layers().grid_of(*layer) : workspace().layers().grid();
  const Axis axis = horizontal_axis(view.plane());
  const double by = (place[axis] - resizing_->from[axis]) / grid.spacing_x;
  workspace().paint().set_size(std::round(resizing_->size + 2 * by));
}

/// Hundredths, as places are rounded, so that a macro paints the same.
double PaintTool::size() const {
  const PaintState& state = workspace().paint();
  if (pen_.pressure >= 1 || !state.pen_pressure()) return state.size();
  return std::round(state.size() * PaintState::share_at(pen_.pressure) * 100) / 100;
}

void PaintTool::press(SliceView& view, const WorldPoint& place) {
  if (!kind_ || stroke_) return;
  at_ = place;
  over_ = &view;
  if (begin_resizing(place)) return;
  const auto labels = layer(kind_ == PaintKind::kBrush && !erases(), kind_ == PaintKind::kPick);
  if (!labels) return;
  const WorldPoint voxel = voxel_of(place, *labels);
  if (kind_ == PaintKind::kPick) {
    const Index3 at{std::llround(voxel.z), std::llround(voxel.y), std::llround(voxel.x)};
    labels->set_selected(labels->id_at(at, workspace().view().time()));
    return;
  }
  if (!erases() && labels->selected() == 0 &&
      !run("labels.new_object", {{"layer", labels->name()}})) {
    return;
  }
  if (kind_ == PaintKind::kFill) {
    nlohmann::json arguments = common(*labels, view.plane());
    if (workspace().paint().ball()) arguments["ball"] = true;
    arguments["voxel"] = {std::round(voxel.z), std::round(voxel.y), std::round(voxel.x)};
    arguments["label"] = labels->selected();
    fill_.want([this, arguments] { return fill_work(workspace(), arguments); },
               [this, arguments] { did("labels.fill", arguments); });
    return;
  }
  painted_ = labels;
  plane_ = view.plane();
  accept_what_is_drawn_on(voxel);
  begin(view);
  add(place);
}

/// Who corrects the suggestion at hand wants it.
void PaintTool::accept_what_is_drawn_on(const WorldPoint& voxel) {
  const TrialObject* const at_hand = workspace().model().walk().current();
  if (at_hand == nullptr) return;
  const bool added_to = !erases() && painted_->selected() == at_hand->id;
  const Index3 at{std::llround(voxel.z), std::llround(voxel.y), std::llround(voxel.x)};
  if (added_to || at_hand->box.contains(at)) run("walk.accept", {{"stay", true}});
}

void PaintTool::begin(const SliceView& view) {
  workspace().preview().settle();
  fill_.give_up();  // it would be of other labels
  const PaintState& state = workspace().paint();
  StrokeSettings settings;
  settings.size = state.size();
  settings.ball = state.ball();
  settings.plane = view.plane();
  settings.label = erases() ? 0 : painted_->selected();
  settings.rule = {state.over(), state.inside(), painted_->notes()->locked()};
  arguments_ = common(*painted_, view.plane());
  if (settings.ball) arguments_["ball"] = true;
  if (state.adaptive() && !erases()) {
    settings.picture = picture_under();
    if (settings.picture) arguments_["adaptive"] = true;
  }
  arguments_["size"] = settings.size;
  arguments_["label"] = settings.label;
  points_.clear();
  sizes_.clear();
  stroke_.emplace(painted_, workspace().view().time(), settings);
}

/// What the brush follows; where there is none it is said, and the brush is a plain one.
PictureAround PaintTool::picture_under() {
  const auto image = image_under(workspace(), nlohmann::json::object(), *painted_);
  if (image) return picture_around(**image, workspace().view().time());
  workspace().failed.emit(image.error());
  return {};
}

void PaintTool::add(const WorldPoint& place) {
  const WorldPoint voxel = voxel_of(place, *painted_);
  const std::size_t count = points_.size();
  const bool same = count >= 3 && points_[count - 3] == voxel.z && points_[count - 2] == voxel.y &&
                    points_[count - 1] == voxel.x && sizes_.back() == size();
  if (same) return;
  points_.insert(points_.end(), {voxel.z, voxel.y, voxel.x});
  sizes_.push_back(size());
  stroke_->add(voxel, size());
}

void PaintTool::move(SliceView& view, const WorldPoint& place, bool dragging) {
  if (resizing_ && dragging) {
    resize_to(view, place);
    return;
  }
  at_ = place;
  over_ = &view;
  if (stroke_ && dragging && view.plane() == plane_) add(place);
  changed.emit();
}

void PaintTool::release(SliceView& view, const WorldPoint& place) {
  resizing_.reset();
  if (!stroke_) return;
  if (view.plane() == plane_) add(place);
  if (stroke_->problem()) workspace().failed.emit(*stroke_->problem());
  stroke_->finish(workspace());
  stroke_.reset();
  painted_.reset();
  const double whole = arguments_["size"].get<double>();
  const auto other = [whole](double size) { return size != whole; };
  if (std::any_of(sizes_.begin(), sizes_.end(), other)) arguments_["sizes"] = sizes_;
  arguments_["points"] = std::exchange(points_, {});
  did("labels.paint", std::exchange(arguments_, {}));
}

void PaintTool::drop_stroke() {
  stroke_.reset();
  painted_.reset();
  changed.emit();
}

bool PaintTool::cancel() {
  const bool drawing = fill_.give_up() || stroke_.has_value() || resizing_;
  if (resizing_) workspace().paint().set_size(resizing_->size);
  resizing_.reset();
  drop_stroke();
  return drawing;
}

void PaintTool::paint(QPainter& painter, const SliceView& view) const {
  if (!at_ || !draws()) return;
  const PaintState& state = workspace().paint();
  const bool here = over_ == &view;
  if (!here && !state.ball()) return;
  const Layer* layer = workspace().layers().selected();
  const VoxelGrid grid =
      layer != nullptr ? workspace().layers().grid_of(*layer) : workspace().layers().grid();
  double radius = (stroke_ ? size() : state.size()) / 2 * grid.spacing_x;
  if (!here) {
    // In the other planes a ball is as wide as it is cut.
    const Axis normal = normal_axis(view.plane());
    const double off = workspace().view().cursor()[normal] - (*at_)[normal];
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
  painter.setPen(QPen(erases() ? QColor(255, 255, 255) : palette::accent(), 1.5));
  painter.drawEllipse(middle, reach, reach);
  if (here) paint_hint(painter, middle + QPointF(0.71 * reach + kBeside, 0.71 * reach + kBeside));
}

/// "+ 37" in the object's colour, or "−".
void PaintTool::paint_hint(QPainter& painter, const QPointF& beside) const {
  QString text = erases() ? QStringLiteral("−") : QStringLiteral("+");
  QColor color = kOverPicture;
  const LabelsLayer* labels = selected_labels(workspace());
  if (!erases() && labels != nullptr && labels->selected() != 0) {
    const Rgb own = labels->drawn_colors().of(labels->selected());
    color = QColor(own.r, own.g, own.b);
    if (labels->selected() != kIgnoredLabel) {
      text += QLatin1Char(' ') + QString::number(labels->selected());
    }
  }
  if (resizing_) {
    text = QStringLiteral("%1 px").arg(workspace().paint().size());
    color = kOverPicture;
  }
  const QPointF base = beside + QPointF(0, painter.fontMetrics().ascent() / 2.0);
  painter.setPen(QColor(0, 0, 0, 200));
  for (const QPointF by : {QPointF(1, 1), QPointF(-1, 1), QPointF(1, -1), QPointF(-1, -1)}) {
    painter.drawText(base + by, text);
  }
  painter.setPen(color);
  painter.drawText(base, text);
}

}  // namespace karyo::gui
