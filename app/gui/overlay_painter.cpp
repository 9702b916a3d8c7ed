#include "app/gui/overlay_painter.h"

#include <QFontMetricsF>
#include <QPainter>

namespace karyo::gui {
namespace {

QColor color_of(const OverlayColor& c) { return {c.r, c.g, c.b, c.a}; }

}  // namespace

void paint_shadowed_text(QPainter& painter, const QPointF& at, const QString& text,
                         const QColor& color) {
  painter.setPen(QColor(0, 0, 0, 190));
  painter.drawText(at + QPointF(1, 1), text);
  painter.setPen(color);
  painter.drawText(at, text);
}

void paint_overlay(QPainter& painter, const Overlay& overlay, double ratio) {
  painter.save();
  painter.scale(1 / ratio, 1 / ratio);
  for (const auto& rect : overlay.rects) {
    const QRectF area(QPointF(rect.left, rect.top), QPointF(rect.right, rect.bottom));
    if (rect.filled) {
      painter.fillRect(area, color_of(rect.color));
    } else {
      painter.setPen(QPen(color_of(rect.color), 1));
      painter.setBrush(Qt::NoBrush);
      painter.drawRect(area);
    }
  }
  for (const auto& line : overlay.lines) {
    QPen pen(color_of(line.color), line.width, line.dashed ? Qt::DashLine : Qt::SolidLine,
             Qt::FlatCap);
    painter.setPen(pen);
    // Slanted lines are smoothed; upright ones stay one sharp row of pixels.
    const bool slanted = line.from.x != line.to.x && line.from.y != line.to.y;
    painter.setRenderHint(QPainter::Antialiasing, slanted);
    painter.drawLine(QPointF(line.from.x, line.from.y), QPointF(line.to.x, line.to.y));
  }
  painter.setRenderHint(QPainter::Antialiasing);
  for (const auto& text : overlay.texts) {
    QFont font = painter.font();
    font.setPixelSize(static_cast<int>(text.size));
    painter.setFont(font);
    const QString string = QString::fromStdString(text.text);
    const double width = QFontMetricsF(font).horizontalAdvance(string);
    const double shift = text.anchor == TextAnchor::kLeft     ? 0
                         : text.anchor == TextAnchor::kCentre ? width / 2
                                                              : width;
    const QPointF at(text.at.x - shift, text.at.y);
    paint_shadowed_text(painter, at, string, color_of(text.color));
  }
  painter.restore();
}

}  // namespace karyo::gui
