#include "app/gui/figure.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "app/gui/overlay_painter.h"
#include "app/gui/picture_file.h"
#include "app/gui/view_grid.h"
#include "core/base/text.h"
#include "core/io/image_io.h"

namespace karyo::gui {
namespace {

constexpr double kMostPixels = 1 << 28;
constexpr double kDotsPerInch = 96;  // of a pixel on screen

/// The ImageJ way: red, green and blue as channels.
Result<void> write_tiff(const QImage& image, const std::filesystem::path& path) {
  const QImage rgb = image.convertToFormat(QImage::Format_RGB888);
  Volume volume(VoxelType::kUInt8, {1, 3, 1, rgb.height(), rgb.width()});
  volume.rgb = true;
  for (std::int64_t c = 0; c < 3; ++c) {
    auto plane = volume.view<std::uint8_t>(0, c);
    for (int y = 0; y < rgb.height(); ++y) {
      const uchar* line = rgb.constScanLine(y);
      for (int x = 0; x < rgb.width(); ++x) plane(0, y, x) = line[3 * x + c];
    }
  }
  return write_image(path, volume);
}

}  // namespace

Figure make_figure(ViewGrid& views, const FigureChoice& choice) {
  Figure figure;
  figure.scale = std::clamp(choice.scale, 0.25, 16.0);
  std::vector<SliceView*> planes = views.cells().cells();
  for (const Plane plane : kPlanes) planes.push_back(&views.slice(plane));
  const auto shown = [&](QWidget& view) { return view.isVisibleTo(&views); };
  const auto place_of = [&](QWidget& view) {
    return QRectF(view.mapTo(&views, QPoint(0, 0)), QSizeF(view.size()));
  };
  const std::shared_ptr<const LayerList> layers = copy_of(views.layers());
  for (SliceView* view : planes) {
    if (!shown(*view)) continue;
    if (choice.views_alone && view->plane() != views.active_plane()) continue;
    figure.panels.push_back({place_of(*view),
                             [scene = view->scene(figure.scale, layers)] { return scene.draw(); },
                             view->overlay_for(choice.overlays)});
  }
  auto& volume = views.volume();
  if (shown(volume) && (!choice.views_alone || figure.panels.empty())) {
    figure.panels.push_back(
        {place_of(volume), [picture = volume.surface().picture()] { return picture; }, {}});
  }
  QRectF all;
  for (const auto& panel : figure.panels) all = all.united(panel.place);
  for (auto& panel : figure.panels) panel.place.translate(-all.topLeft());
  figure.size = all.size();
  return figure;
}

void paint_figure(QPainter& painter, const Figure& figure) {
  painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
  painter.fillRect(QRectF(QPointF(0, 0), figure.size), Qt::white);
  for (const auto& panel : figure.panels) {
    painter.drawImage(panel.place, panel.draw());
    painter.save();
    painter.translate(panel.place.topLeft());
    paint_overlay(painter, panel.overlay, 1);
    painter.restore();
  }
}

QImage figure_image(const Figure& figure) {
  const QSize pixels = (figure.size * figure.scale).toSize().expandedTo({1, 1});
  QImage image(pixels, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  painter.scale(figure.scale, figure.scale);
  paint_figure(painter, figure);
  painter.end();
  image.setDotsPerMeterX(static_cast<int>(kDotsPerInch * figure.scale / 0.0254));
  image.setDotsPerMeterY(image.dotsPerMeterX());
  return image;
}

Result<void> check_figure(const Figure& figure, const std::filesystem::path& path) {
  const double scaled = figure.size.width() * figure.size.height() * figure.scale * figure.scale;
  if (scaled > kMostPixels) {
    return Error(ErrorCode::kInvalidArgument, "the figure would have too many pixels",
                 "Choose a smaller scale.");
  }
  const std::string ending = lower_ascii(path.extension().string());
  for (const char* known : {".png", ".tif", ".tiff", ".svg", ".pdf"}) {
    if (ending == known) return {};
  }
  return Error(ErrorCode::kInvalidArgument, "\"" + ending + "\" is no format for figures",
               "Use .png, .tif, .svg or .pdf.");
}

Result<void> write_figure(const Figure& figure, const std::filesystem::path& path) {
  KARYO_CHECK_OK(check_figure(figure, path));
  const std::string ending = lower_ascii(path.extension().string());
  if (ending == ".png") return write_png(figure_image(figure), path);
  if (ending == ".tif" || ending == ".tiff") return write_tiff(figure_image(figure), path);
  return write_drawing(
      figure.size, 1, [&figure](QPainter& painter) { paint_figure(painter, figure); }, path);
}

}  // namespace karyo::gui
