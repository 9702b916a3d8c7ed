#pragma once

/// Pictures to files.

#include <QImage>
#include <QSizeF>
#include <filesystem>
#include <functional>

#include "core/base/result.h"

class QPainter;

namespace karyo::gui {

/// PNG, atomically. Errors: kIo.
Result<void> write_png(const QImage& picture, const std::filesystem::path& path);

/// Draws into a file, by its ending: SVG and PDF hold lines and letters, PNG `scale` times as many
/// pixels. `size` is in pixels of the screen, 96 to the inch. Atomically.
/// Errors: kInvalidArgument for another ending; kIo.
using Drawing = std::function<void(QPainter&)>;
Result<void> write_drawing(const QSizeF& size, double scale, const Drawing& draw,
                           const std::filesystem::path& path);

}  // namespace karyo::gui
