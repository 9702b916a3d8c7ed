// What a plane view shows, for figures and for the screen.

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "app/gui/overlay_painter.h"
#include "app/gui/slice_view.h"
#include "app/gui/vector_painter.h"
#include "core/layers/layer_look.h"

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

std::shared_ptr<const LayerList> copy_of(const LayerList& layers) {
  auto copies = std::make_shared<LayerList>();
  for (int i = 0; i < layers.count(); ++i) copies->add(duplicate(layers.at(i)));
  return copies;
}

PlaneScene SliceView::scene(double scale, std::shared_ptr<const LayerList> layers) const {
  PlaneScene scene;
  scene.view = ViewTransform::of(workspace_.view(), plane_,
                                 std::max(1, static_cast<int>(std::lround(width() * scale))),
                                 std::max(1, static_cast<int>(std::lround(height() * scale))));
  scene.view.zoom *= scale / devicePixelRatioF();
  scene.time = workspace_.view().time();
  scene.scale = scale;
  const auto shown_by = [&](const LayerChoice& choice) -> LayerFilter {
    std::set<const Layer*> chosen;
    for (int i = 0; i < layers->count(); ++i) {
      if (choice.shows(workspace_.layers().at(i))) chosen.insert(&layers->at(i));
    }
    return [chosen = std::move(chosen)](const Layer& layer) { return chosen.contains(&layer); };
  };
  scene.shown = shown_by(choice_);
  if (wipe_) {
    scene.shown_right = shown_by(wipe_->right);
    scene.wipe = wipe_->at;
  }
  scene.layers = std::move(layers);
  return scene;
}

QImage PlaneScene::draw() const {
  SliceCompositor compositor;
  RgbaImage pixels;
  const auto composed = [&](const LayerFilter& filter) {
    compositor.compose(*layers, view, time, pixels, filter);
    return QImage(pixels.bytes(), pixels.width(), pixels.height(), pixels.width() * 4,
                  QImage::Format_RGBX8888);
  };
  QImage picture = composed(shown).copy();
  QPainter painter(&picture);
  if (shown_right) {
    const QImage right = composed(shown_right);
    const int from = static_cast<int>(std::lround(wipe * picture.width()));
    painter.drawImage(QPoint(from, 0), right,
                      QRect(from, 0, picture.width() - from, picture.height()));
  }
  paint_vectors(painter, shown_marks(*layers, shown), view, time, 1, scale);
  return picture;
}

}  // namespace karyo::gui
