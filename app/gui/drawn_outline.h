#pragma once

/// What tools draw over a picture while it is being drawn, seen on bright pictures and on dark
/// ones.

#include <QPainterPath>
#include <QPolygonF>

class QPainter;

namespace karyo::gui {

void paint_drawn_outline(QPainter& painter, const QPainterPath& path);
/// The same, dashed, of what is offered and not drawn yet.
void paint_suggested_outline(QPainter& painter, const QPainterPath& path);
/// The points that can be taken hold of.
void paint_drawn_dots(QPainter& painter, const QPolygonF& points);

}  // namespace karyo::gui
