#include "core/io/png_writer.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/base/atomic_file.h"

namespace karyo {
namespace {

constexpr std::int64_t kBytesOfPixel = 3;
constexpr std::int64_t kMostSide = 0x7fffffff;  // PNG's

Result<void> check_pixels(const RgbPicture& picture) {
  if (picture.width < 1 || picture.height < 1) {
    return Error(ErrorCode::kInvalidArgument, "a picture without pixels cannot be written",
                 "Give an image with at least one pixel on each axis.");
  }
  if (std::max(picture.width, picture.height) > kMostSide) {
    return Error(ErrorCode::kTooLarge, "the picture is too large for a PNG",
                 "Write a smaller part of it.");
  }
  return {};
}

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

/// Length, type, data, and the sum over type and data.
std::string chunk(std::string_view type, std::string_view data) {
  std::string body(type);
  body += data;
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + body +
         big_endian(static_cast<std::uint32_t>(sum));
}

/// Rows as PNG packs them: each after a byte that says what was subtracted, the pixel to the left
/// (1) or the one above (2), whichever leaves the smaller numbers, as the specification advises.
std::string filtered(const RgbPicture& picture) {
  const std::int64_t row_bytes = picture.width * kBytesOfPixel;
  std::string all;
  all.reserve(static_cast<std::size_t>((row_bytes + 1) * picture.height));
  std::string left(static_cast<std::size_t>(row_bytes), '\0'), above = left;
  for (std::int64_t y = 0; y < picture.height; ++y) {
    const std::uint8_t* const row = picture.bytes.data() + y * row_bytes;
    std::int64_t cost_left = 0, cost_above = 0;
    const auto differ = [](std::string& to, std::int64_t x, int value, int from) {
      const auto byte = static_cast<signed char>(value - from);
      to[static_cast<std::size_t>(x)] = static_cast<char>(byte);
      return std::abs(static_cast<int>(byte));
    };
    for (std::int64_t x = 0; x < row_bytes; ++x) {
      cost_left += differ(left, x, row[x], x < kBytesOfPixel ? 0 : row[x - kBytesOfPixel]);
      cost_above += differ(above, x, row[x], y == 0 ? 0 : row[x - row_bytes]);
    }
    const bool up = cost_above < cost_left;
    all += up ? '\2' : '\1';
    all += up ? above : left;
  }
  return all;
}

}  // namespace

Result<void> write_png(const std::filesystem::path& path, const RgbPicture& picture) {
  const auto bytes = encode_png(picture);
  if (!bytes) return bytes.error().in(path.string());
  return write_file_atomically(path, *bytes);
}

Result<std::string> encode_png(const RgbPicture& picture) {
  KARYO_CHECK_OK(check_pixels(picture));
  const std::string rows = filtered(picture);
  uLongf size = compressBound(rows.size());
  std::string packed(size, '\0');
  // With room for the worst case it can only lack memory.
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                reinterpret_cast<const Bytef*>(rows.data()), rows.size(),
                Z_DEFAULT_COMPRESSION) != Z_OK) {
    return Error(ErrorCode::kTooLarge, "there is not enough memory to pack the picture",
                 "Write a smaller part of it.");
  }
  packed.resize(size);
  constexpr std::size_t kMostOfChunk = 1 << 30;
  std::string png("\x89PNG\r\n\x1a\n", 8);
  // 8 bits, RGB, deflate, the usual filters, not interlaced.
  png += chunk("IHDR", big_endian(static_cast<std::uint32_t>(picture.width)) +
                           big_endian(static_cast<std::uint32_t>(picture.height)) +
                           std::string("\x08\x02\x00\x00\x00", 5));
  for (std::size_t at = 0; at < packed.size(); at += kMostOfChunk) {
    png += chunk("IDAT", std::string_view(packed).substr(at, kMostOfChunk));
  }
  return png + chunk("IEND", {});
}

}  // namespace karyo
