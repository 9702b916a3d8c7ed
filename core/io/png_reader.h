#pragma once

/// PNG by libpng: grey and palette as one channel (values as stored), colour as RGB or RGBA.

#include "core/io/image_reader.h"

namespace karyo::io {

bool looks_like_png(std::span<const std::byte> head);
/// Errors: kBadFile, kUnsupported.
Result<std::unique_ptr<ImageReader>> open_png(std::shared_ptr<const ByteSource> source);

}  // namespace karyo::io
