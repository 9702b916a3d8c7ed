#include "app/gui/drawn_outline.h"

#include <QPainter>

namespace karyo::gui {
namespace {

constexpr double kDot = 3.5;  // radius
const QColor kDrawn(0xff, 0xe0, 0x3a);

}  // namespace

void paint_drawn_outline(QPainter& painter, const QPainterPath& path) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(QColor(0, 0, 0, 160), 3));
  painter.drawPath(path);
  painter.setPen(QPen(kDrawn, 1.4));
  painter.drawPath(path);
  painter.restore();
}

void paint_suggested_outline(QPainter& painter, const QPainterPath& path) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(QColor(0, 0, 0, 160), 3));
  painter.drawPath(path);
  QPen dashed(kDrawn, 1.6, Qt::CustomDashLine, Qt::FlatCap);
  dashed.setDashPattern({4, 3});
  painter.setPen(dashed);
  painter.drawPath(path);
  painter.restore();
}

void paint_drawn_dots(QPainter& painter, const QPolygonF& points) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(kDrawn);
  painter.setPen(QPen(QColor(0, 0, 0, 200), 1));
  for (const QPointF& point : points) painter.drawEllipse(point, kDot, kDot);
  painter.restore();
}

}  // namespace karyo::gui
