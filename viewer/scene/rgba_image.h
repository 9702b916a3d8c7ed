#pragma once

/// A picture for the screen: 8 bits each of red, green, blue, alpha, in that order in memory
/// (QImage::Format_RGBA8888, VTK's RGBA), rows from the top without gaps.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/image/volume.h"

namespace karyo {

/// A colour as one word whose bytes lie as R, G, B, A in memory on any machine.
constexpr std::uint32_t pack_rgba(std::uint8_t r, std::uint8_t g, std::uint8_t b,
                                  std::uint8_t a = 255) {
  if constexpr (std::endian::native == std::endian::little) {
    return std::uint32_t{r} | std::uint32_t{g} << 8 | std::uint32_t{b} << 16 |
           std::uint32_t{a} << 24;
  } else {
    return std::uint32_t{r} << 24 | std::uint32_t{g} << 16 | std::uint32_t{b} << 8 |
           std::uint32_t{a};
  }
}
constexpr std::uint32_t pack_rgba(Rgb color) { return pack_rgba(color.r, color.g, color.b); }

class RgbaImage {
 public:
  RgbaImage() = default;
  RgbaImage(int width, int height) { resize(width, height); }

  /// Contents are undefined after a change of size.
  void resize(int width, int height) {
    width_ = width;
    height_ = height;
    pixels_.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  }
  int width() const { return width_; }
  int height() const { return height_; }
  std::uint32_t* row(int y) {
    return pixels_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_);
  }
  const std::uint32_t* row(int y) const {
    return pixels_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_);
  }
  const std::uint8_t* bytes() const {
    return reinterpret_cast<const std::uint8_t*>(pixels_.data());
  }
  Rgb at(int x, int y) const {
    const std::uint8_t* p =
        bytes() + (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                   static_cast<std::size_t>(x)) * 4;
    return {p[0], p[1], p[2]};
  }
  friend bool operator==(const RgbaImage&, const RgbaImage&) = default;

 private:
  int width_ = 0, height_ = 0;
  std::vector<std::uint32_t> pixels_;
};

}  // namespace karyo
