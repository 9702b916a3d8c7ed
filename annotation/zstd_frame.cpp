#include "annotation/zstd_frame.h"

#include <zstd.h>

#include <cstdint>
#include <cstring>

namespace karyo {

std::string pack_frame(std::string_view raw) {
  std::string bytes(ZSTD_compressBound(raw.size()), '\0');
  bytes.resize(
      ZSTD_compress(bytes.data(), bytes.size(), raw.data(), raw.size(), ZSTD_CLEVEL_DEFAULT));
  return bytes;
}

std::optional<std::string> unpack_frame(std::string_view bytes, std::size_t most) {
  // An unknown or wrong size is a very large number here.
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size > most) return std::nullopt;
  std::string raw(static_cast<std::size_t>(size), '\0');
  if (ZSTD_decompress(raw.data(), raw.size(), bytes.data(), bytes.size()) != raw.size()) {
    return std::nullopt;
  }
  return raw;
}

bool is_frame(std::string_view bytes) {
  std::uint32_t first = 0;
  if (bytes.size() > sizeof first) std::memcpy(&first, bytes.data(), sizeof first);
  return first == ZSTD_MAGICNUMBER;
}

}  // namespace karyo
