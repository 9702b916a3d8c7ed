#pragma once

/// The views as a figure for a paper: pictures at any resolution, scale bar and axes as lines and
/// text where the format has them.

#include <QImage>
#include <QRectF>
#include <filesystem>
#include <functional>
#include <vector>

#include "app/gui/slice_view.h"
#include "core/base/result.h"

class QPainter;

namespace karyo::gui {

class ViewGrid;

struct FigureChoice {
  double scale = 1;          ///< pixels of the picture a pixel on screen, 0.25 to 16
  bool views_alone = false;  ///< only the view that was under the pointer last
  OverlayChoice overlays = {.scale_bar = true, .axes = false, .crosshair = false};
};

/// Sizes in pixels of the screen; pictures have `scale` times as many. To be drawn on any thread.
struct Figure {
  struct Panel {
    QRectF place;
    std::function<QImage()> draw;
    Overlay overlay;  ///< empty for 3D
  };
  QSizeF size;
  double scale = 1;
  std::vector<Panel> panels;
};

/// What the views show now, whatever becomes of it before the figure is drawn. Planes are drawn
/// anew at the resolution; 3D is the picture on screen.
Figure make_figure(ViewGrid& views, const FigureChoice& choice);

void paint_figure(QPainter& painter, const Figure& figure);
QImage figure_image(const Figure& figure);

/// Whether it can be written under that name. Errors: kInvalidArgument for an ending that is not
/// one of the below or more than 268 million pixels.
Result<void> check_figure(const Figure& figure, const std::filesystem::path& path);
/// By the name's ending: .png and .tif hold pixels, .svg and .pdf pictures with lines and text over
/// them. Atomically, on any thread. Errors: check_figure()'s; kIo.
Result<void> write_figure(const Figure& figure, const std::filesystem::path& path);

}  // namespace karyo::gui
