#pragma once

/// Paints the primitives of viewer/scene/overlays.h.

#include <QColor>
#include <QPointF>
#include <QString>

#include "viewer/scene/overlays.h"

class QPainter;

namespace karyo::gui {

/// With a shadow, which keeps it readable on bright pictures. `at`: left end of its base line.
void paint_shadowed_text(QPainter& painter, const QPointF& at, const QString& text,
                         const QColor& color);

/// `ratio`: physical pixels, in which the overlay is given, for one of the painter's.
void paint_overlay(QPainter& painter, const Overlay& overlay, double ratio);

}  // namespace karyo::gui
