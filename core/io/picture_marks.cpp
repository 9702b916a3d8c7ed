// How PNG and JPEG begin: known to builds that read neither, too.

#include <algorithm>
#include <array>

#include "core/io/jpeg_reader.h"
#include "core/io/png_reader.h"

namespace karyo::io {
namespace {

template <std::size_t N>
bool begins_with(std::span<const std::byte> head, const std::array<unsigned char, N>& mark) {
  return head.size() >= N &&
         std::equal(mark.begin(), mark.end(), head.begin(), [](unsigned char a, std::byte b) {
           return a == std::to_integer<unsigned char>(b);
         });
}

}  // namespace

bool looks_like_png(std::span<const std::byte> head) {
  return begins_with<8>(head, {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
}

bool looks_like_jpeg(std::span<const std::byte> head) {
  return begins_with<3>(head, {0xff, 0xd8, 0xff});
}

}  // namespace karyo::io
