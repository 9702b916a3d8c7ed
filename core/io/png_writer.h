#pragma once

/// Pictures for people: overlays, screenshots, report figures.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace karyo {

/// 8-bit RGB, rows top to bottom, three bytes a pixel.
struct RgbPicture {
  std::int64_t width = 0, height = 0;
  std::vector<std::uint8_t> bytes;

  RgbPicture() = default;
  RgbPicture(std::int64_t picture_width, std::int64_t picture_height)
      : width(picture_width),
        height(picture_height),
        bytes(static_cast<std::size_t>(picture_width * picture_height * 3)) {}
  std::uint8_t* pixel(std::int64_t y, std::int64_t x) {
    return bytes.data() + static_cast<std::size_t>((y * width + x) * 3);
  }
};

/// Writes a PNG atomically. Source: PNG specification, third edition; packed by zlib.
/// Errors: kInvalidArgument for an empty picture, kIo.
Result<void> write_png(const std::filesystem::path& path, const RgbPicture& picture);

/// The bytes of such a file. Errors: kInvalidArgument for an empty picture.
Result<std::string> encode_png(const RgbPicture& picture);

}  // namespace karyo
