#pragma once

/// Pictures to files.

#include <QImage>
#include <filesystem>

#include "core/base/result.h"

namespace karyo::gui {

/// PNG, atomically. Errors: kIo.
Result<void> write_png(const QImage& picture, const std::filesystem::path& path);

}  // namespace karyo::gui
