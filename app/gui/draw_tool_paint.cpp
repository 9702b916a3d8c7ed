// What a tool that draws areas and lines shows before it is done.

#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "annotation/index_axis.h"
#include "app/gui/draw_tool.h"
#include "app/gui/drawn_outline.h"
#include "app/gui/slice_view.h"
#include "app/gui/theme.h"

namespace karyo::gui {

/// As many pixels as the view has, however large the plane is.
void DrawTool::paint_taken(QPainter& painter, const SliceView& view) const {
  const auto& taken = wand_.mask();
  if (!taken || taken->voxels.shape().count() == 0) return;
  const Axis across = horizontal_axis(plane_), down = vertical_axis(plane_);
  const Index3 begin = taken->origin, end = taken->box().end;
  const auto corner = [&](const Index3& at) {
    return view.position_of(
        in_world({static_cast<double>(along(at, across)), static_cast<double>(along(at, down))}));
  };
  const QPointF first = corner(begin), last = corner(end);
  const QRect seen = QRectF(first, last).normalized().toAlignedRect().intersected(view.rect());
  if (seen.isEmpty()) return;
  const auto place = [](double at, double from, double to, std::int64_t count) {
    const auto step =
        static_cast<std::int64_t>((at - from) / (to - from) * static_cast<double>(count));
    return std::clamp<std::int64_t>(step, 0, count - 1);
  };
  std::vector<std::int64_t> columns(static_cast<std::size_t>(seen.width()));
  for (int i = 0; i < seen.width(); ++i) {
    columns[static_cast<std::size_t>(i)] =
        place(seen.left() + i + 0.5, first.x(), last.x(), along(end - begin, across));
  }
  QColor color = palette::accent();
  color.setAlphaF(0.45F);
  const QRgb chosen = qPremultiply(color.rgba());
  QImage picture(seen.size(), QImage::Format_ARGB32_Premultiplied);
  picture.fill(Qt::transparent);
  const Index3 size = taken->voxels.shape();
  const std::int64_t steps[] = {size.y * size.x, size.x, 1};
  const std::int64_t step_across = steps[static_cast<std::size_t>(across)];
  const std::int64_t step_down = steps[static_cast<std::size_t>(down)];
  for (int y = 0; y < seen.height(); ++y) {
    const std::int64_t row =
        place(seen.top() + y + 0.5, first.y(), last.y(), along(end - begin, down));
    const std::uint8_t* voxels = taken->voxels.data() + row * step_down;
    auto* pixels = reinterpret_cast<QRgb*>(picture.scanLine(y));
    for (int i = 0; i < seen.width(); ++i) {
      if (voxels[columns[static_cast<std::size_t>(i)] * step_across] != 0) pixels[i] = chosen;
    }
  }
  painter.drawImage(seen.topLeft(), picture);
}

void DrawTool::paint(QPainter& painter, const SliceView& view) const {
  if (places_.empty() || view.plane() != plane_) return;
  QPainterPath path;
  const auto begin_or_add = [&](const QPointF& at) {
    path.elementCount() == 0 ? path.moveTo(at) : path.lineTo(at);
  };
  const QPointF first = view.position_of(places_.front()), last = view.position_of(places_.back());
  switch (*kind_) {
    case DrawKind::kRectangle:
      path.addRect(QRectF(first, last).normalized());
      break;
    case DrawKind::kEllipse:
      path.addEllipse(QRectF(first, last).normalized());
      break;
    case DrawKind::kWand:
      paint_taken(painter, view);
      return;
    case DrawKind::kSmart: {
      for (const PointF& p : wired_) begin_or_add(view.position_of(in_world(p)));
      if (wire_) {
        for (const PointF& p : wire_->path_to(in_plane(places_.back()))) {
          begin_or_add(view.position_of(in_world(p)));
        }
      }
      break;
    }
    case DrawKind::kOneClick:
      return;
    case DrawKind::kSeeds: {
      QPolygonF dots;
      for (std::size_t i = 0; i + 1 < places_.size(); ++i) {
        dots.append(view.position_of(places_[i]));
      }
      paint_drawn_dots(painter, dots);
      return;
    }
    case DrawKind::kPolygon:
    case DrawKind::kLasso:
    case DrawKind::kCut:
    case DrawKind::kMerge:
    case DrawKind::kMove:
      for (const WorldPoint& place : places_) begin_or_add(view.position_of(place));
      break;
  }
  paint_drawn_outline(painter, path);
  if (kind_ == DrawKind::kPolygon) paint_drawn_dots(painter, QPolygonF({first}));
}

}  // namespace karyo::gui
