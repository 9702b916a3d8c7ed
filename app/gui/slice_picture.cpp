// What a plane view shows, for figures and for the screen.

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/gui/overlay_painter.h"
#include "app/gui/slice_view.h"
#include "app/gui/vector_painter.h"

namespace karyo::gui {

Overlay SliceView::overlay_on(const ViewTransform& view, double scale,
                              const OverlayChoice& choice) const {
  Overlay overlay;
  OverlayStyle style;
  style.scale = scale;
  if (choice.crosshair && workspace_.has_depth()) {
    add_crosshair(overlay, view, workspace_.view().cursor(), style);
  }
  const auto& grid = workspace_.layers().grid();
  if (choice.scale_bar && grid.calibrated()) add_scale_bar(overlay, view, grid.unit, style);
  if (choice.axes) add_axes(overlay, view, grid.names, style);
  return overlay;
}

Overlay SliceView::overlay_for(const OverlayChoice& choice) const {
  ViewTransform view = ViewTransform::of(workspace_.view(), plane_, width(), height());
  view.zoom /= devicePixelRatioF();
  return overlay_on(view, 1, choice);
}

QImage SliceView::picture(double scale) const {
  ViewTransform view = ViewTransform::of(
      workspace_.view(), plane_, std::max(1, static_cast<int>(std::lround(width() * scale))),
      std::max(1, static_cast<int>(std::lround(height() * scale))));
  view.zoom *= scale / devicePixelRatioF();
  SliceCompositor compositor;
  RgbaImage pixels;
  compositor.compose(workspace_.layers(), view, workspace_.view().time(), pixels,
                     [this](const Layer& layer) { return choice_.shows(layer); });
  QImage picture = QImage(pixels.bytes(), pixels.width(), pixels.height(), pixels.width() * 4,
                          QImage::Format_RGBX8888)
                       .copy();
  QPainter painter(&picture);
  if (wipe_) {
    compositor.compose(workspace_.layers(), view, workspace_.view().time(), pixels,
                       [this](const Layer& layer) { return wipe_->right.shows(layer); });
    const QImage right(pixels.bytes(), pixels.width(), pixels.height(), pixels.width() * 4,
                       QImage::Format_RGBX8888);
    const int from = static_cast<int>(std::lround(wipe_->at * picture.width()));
    painter.drawImage(QPoint(from, 0), right,
                      QRect(from, 0, picture.width() - from, picture.height()));
  }
  paint_vectors(painter, workspace_.layers(), view, workspace_.view().time(), 1, scale,
                [this](const Layer& layer) { return choice_.shows(layer); });
  return picture;
}

}  // namespace karyo::gui
