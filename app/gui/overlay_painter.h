#pragma once

/// Paints the primitives of viewer/scene/overlays.h.

#include "viewer/scene/overlays.h"

class QPainter;

namespace karyo::gui {

/// `ratio`: physical pixels, in which the overlay is given, for one of the painter's.
void paint_overlay(QPainter& painter, const Overlay& overlay, double ratio);

}  // namespace karyo::gui
