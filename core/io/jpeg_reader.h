#pragma once

/// JPEG by libjpeg: grey, or RGB.

#include "core/io/image_reader.h"

namespace karyo::io {

bool looks_like_jpeg(std::span<const std::byte> head);
/// Errors: kBadFile, kUnsupported (CMYK).
Result<std::unique_ptr<ImageReader>> open_jpeg(std::shared_ptr<const ByteSource> source);

}  // namespace karyo::io
