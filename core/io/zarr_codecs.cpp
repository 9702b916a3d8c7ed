#include "core/io/zarr_codecs.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "core/io/zarr_unpack.h"

namespace karyo::io {
namespace {

using Bytes = std::vector<std::byte>;

/// zlib and gzip streams, told apart by their head.
Result<Bytes> unpack_zlib(const Bytes& packed, std::size_t most) {
  z_stream stream{};
  constexpr int kEither = 15 + 32;
  if (inflateInit2(&stream, kEither) != Z_OK) return broken_chunk("zlib does not start");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ends(&stream, inflateEnd);
  Bytes out(most);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (inflate(&stream, Z_FINISH) != Z_STREAM_END) {
    return broken_chunk("the gzip data are cut off, broken or longer than the chunk");
  }
  out.resize(out.size() - stream.avail_out);
  return out;
}

std::uint32_t crc32c(std::span<const std::byte> bytes) {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82f63b78u : 0);
      made[i] = value;
    }
    return made;
  }();
  std::uint32_t crc = ~std::uint32_t{0};
  for (const std::byte byte : bytes) {
    crc = (crc >> 8) ^ table[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xff];
  }
  return ~crc;
}

Result<Bytes> check_crc32c(Bytes packed) {
  if (packed.size() < 4) return broken_chunk("the chunk is too short for its checksum");
  const std::size_t size = packed.size() - 4;
  std::uint32_t stored = 0;
  for (std::size_t i = 4; i > 0; --i) {
    stored = stored << 8 | std::to_integer<std::uint32_t>(packed[size + i - 1]);
  }
  if (crc32c(std::span(packed).first(size)) != stored)
    return broken_chunk("the checksum does not hold");
  packed.resize(size);
  return packed;
}

}  // namespace

Error broken_chunk(const std::string& what) {
  return {ErrorCode::kBadFile, what, "The chunk is damaged; copy or export the image again."};
}

Result<ZarrCodec> zarr_codec(const std::string& name) {
  if (name == "gzip" || name == "zlib") return ZarrCodec::kZlib;
  if (name == "zstd") return ZarrCodec::kZstd;
  if (name == "blosc") return ZarrCodec::kBlosc;
  if (name == "crc32c") return ZarrCodec::kCrc32c;
  return Error(ErrorCode::kUnsupported, "chunks are packed with \"" + name + "\"",
               "Save the array with blosc, zstd or gzip.");
}

Result<Bytes> unpack_zarr(Bytes packed, std::span<const ZarrCodec> codecs, std::size_t most) {
  constexpr std::size_t kChecksums = 64;  // what steps in between may add
  for (auto codec = codecs.rbegin(); codec != codecs.rend(); ++codec) {
    switch (*codec) {
      case ZarrCodec::kZlib: {
        KARYO_TRY(packed, unpack_zlib(packed, most + kChecksums));
        break;
      }
      case ZarrCodec::kZstd: {
        KARYO_TRY(packed, unpack_zstd(packed, most + kChecksums));
        break;
      }
      case ZarrCodec::kBlosc: {
        KARYO_TRY(packed, unpack_blosc(packed, most + kChecksums));
        break;
      }
      case ZarrCodec::kCrc32c: {
        KARYO_TRY(packed, check_crc32c(std::move(packed)));
        break;
      }
    }
  }
  return packed;
}

}  // namespace karyo::io
