#include "app/gui/picture_file.h"

#include <QPainter>
#include <QPdfWriter>
#include <QString>
#include <QSvgGenerator>

#include "core/base/atomic_file.h"
#include "core/base/text.h"

namespace karyo::gui {
namespace {

constexpr double kDotsPerInch = 96;  // of a pixel on screen
constexpr int kFiner = 4;            // dots of a PDF in one of them

Error not_written(const std::filesystem::path& path) {
  return {ErrorCode::kIo, "the picture could not be written to " + path.string(),
          "Check that the disk has room and that you may write there."};
}

Result<void> write_svg(const QSizeF& size, const Drawing& draw, const std::filesystem::path& path) {
  KARYO_TRY(auto file, AtomicFile::create(path));
  {
    QSvgGenerator generator;
    generator.setFileName(QString::fromStdString(file.temporary_path().string()));
    generator.setSize(size.toSize());
    generator.setViewBox(QRectF(QPointF(0, 0), size));
    generator.setTitle(QStringLiteral("Karyoscope"));
    QPainter painter;
    if (!painter.begin(&generator)) return not_written(path);
    draw(painter);
    if (!painter.end()) return not_written(path);
  }
  return file.commit();
}

Result<void> write_pdf(const QSizeF& size, const Drawing& draw, const std::filesystem::path& path) {
  KARYO_TRY(auto file, AtomicFile::create(path));
  {
    QPdfWriter writer(QString::fromStdString(file.temporary_path().string()));
    writer.setCreator(QStringLiteral("Karyoscope"));
    writer.setPageMargins({});
    writer.setPageSize(
        QPageSize(size * (25.4 / kDotsPerInch), QPageSize::Millimeter, {}, QPageSize::ExactMatch));
    writer.setResolution(static_cast<int>(kDotsPerInch * kFiner));
    QPainter painter;
    if (!painter.begin(&writer)) return not_written(path);
    painter.scale(kFiner, kFiner);
    draw(painter);
    if (!painter.end()) return not_written(path);
  }
  return file.commit();
}

}  // namespace

Result<void> write_png(const QImage& picture, const std::filesystem::path& path) {
  KARYO_TRY(auto file, AtomicFile::create(path));
  if (!picture.save(QString::fromStdString(file.temporary_path().string()), "PNG")) {
    return not_written(path);
  }
  return file.commit();
}

Result<void> write_drawing(const QSizeF& size, double scale, const Drawing& draw,
                           const std::filesystem::path& path) {
  const std::string ending = lower_ascii(path.extension().string());
  if (ending == ".svg") return write_svg(size, draw, path);
  if (ending == ".pdf") return write_pdf(size, draw, path);
  if (ending != ".png") {
    return Error(ErrorCode::kInvalidArgument, "\"" + ending + "\" is no format for plots",
                 "Use .png, .svg or .pdf.");
  }
  QImage image((size * scale).toSize().expandedTo({1, 1}), QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  painter.scale(scale, scale);
  draw(painter);
  painter.end();
  image.setDotsPerMeterX(static_cast<int>(kDotsPerInch * scale / 0.0254));
  image.setDotsPerMeterY(image.dotsPerMeterX());
  return write_png(image, path);
}

}  // namespace karyo::gui
