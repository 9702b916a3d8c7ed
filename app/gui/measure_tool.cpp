#include "app/gui/measure_tool.h"

#include <QPainter>
#include <QPainterPath>
#include <cmath>

#include "app/gui/drawn_outline.h"
#include "app/gui/slice_view.h"

namespace karyo::gui {
namespace {

constexpr double kGrip = 7;  // pixels around a point that take hold of it

}  // namespace

void MeasureTool::set_kind(MeasureKind kind) {
  kind_ = kind;
  set_shape({});
}

void MeasureTool::set_shape(std::optional<MeasureShape> shape) {
  shape_ = std::move(shape);
  if (shape_) kind_ = shape_->kind;
  drawing_ = false;
  dragged_.reset();
  changed.emit();
}

std::optional<std::size_t> MeasureTool::point_at(const SliceView& view,
                                                 const WorldPoint& place) const {
  if (!shape_ || shape_->plane != view.plane()) return {};
  const QPointF here = view.position_of(place);
  for (std::size_t i = 0; i < shape_->points.size(); ++i) {
    const QPointF off = view.position_of(shape_->points[i]) - here;
    if (std::hypot(off.x(), off.y()) <= kGrip) return i;
  }
  return {};
}

void MeasureTool::begin(const SliceView& view, const WorldPoint& place) {
  shape_ = MeasureShape{kind_, view.plane(), {place, place}};
  drawing_ = true;
}

void MeasureTool::press(SliceView& view, const WorldPoint& place) {
  if (!drawing_) {
    dragged_ = point_at(view, place);
    if (!dragged_) begin(view, place);
    changed.emit();
    return;
  }
  if (shape_->plane != view.plane()) {  // a click in another view begins anew there
    begin(view, place);
    changed.emit();
    return;
  }
  if (by_dragging()) return;
  const auto first = point_at(view, place);
  shape_->points.back() = place;  // the pointer's last move may not have been told
  const bool closes =
      kind_ == MeasureKind::kArea && first == std::size_t{0} && shape_->points.size() > 3;
  const bool last = kind_ == MeasureKind::kAngle && shape_->points.size() == 3;
  if (closes) shape_->points.pop_back();
  if (closes || last) {
    drawing_ = false;
  } else {
    shape_->points.push_back(place);
  }
  changed.emit();
}

void MeasureTool::move(SliceView& view, const WorldPoint& place, bool dragging) {
  if (!shape_ || shape_->plane != view.plane()) return;
  if (dragged_ && dragging) {
    shape_->points[*dragged_] = place;
  } else if (drawing_) {
    shape_->points.back() = place;
  } else {
    return;
  }
  changed.emit();
}

void MeasureTool::release(SliceView& view, const WorldPoint& place) {
  if (dragged_) {
    dragged_.reset();
  } else if (drawing_ && by_dragging()) {
    drawing_ = false;
    const QPointF off = view.position_of(shape_->points[0]) - view.position_of(place);
    if (std::hypot(off.x(), off.y()) < 2) shape_.reset();  // a click alone draws nothing
  }
  changed.emit();
}

void MeasureTool::double_click(SliceView& view, const WorldPoint& place) {
  static_cast<void>(view);
  static_cast<void>(place);
  if (!drawing_ || kind_ != MeasureKind::kArea) return;
  // Its first press added a corner already, and the moving one lies on it.
  while (shape_->points.size() > 3 &&
         shape_->points[shape_->points.size() - 1] == shape_->points[shape_->points.size() - 2]) {
    shape_->points.pop_back();
  }
  drawing_ = !shape_->complete();
  changed.emit();
}

bool MeasureTool::cancel() {
  if (!shape_) return false;
  set_shape({});
  return true;
}

void MeasureTool::paint(QPainter& painter, const SliceView& view) const {
  if (!shape_ || shape_->plane != view.plane()) return;
  QPolygonF points;
  for (const WorldPoint& point : shape_->points) points << view.position_of(point);
  QPainterPath path;
  if (kind_ == MeasureKind::kRectangle) {
    path.addRect(QRectF(points[0], points[1]).normalized());
  } else {
    path.addPolygon(points);
    if (kind_ == MeasureKind::kArea && !drawing_) path.closeSubpath();
  }
  paint_drawn_outline(painter, path);
  paint_drawn_dots(painter, points);
}

}  // namespace karyo::gui
