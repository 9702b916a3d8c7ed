#pragma once

/// What Zarr chunks are packed with, undone. Sources: Zarr v2 and v3 specifications; numcodecs
/// 0.15.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "core/base/result.h"

namespace karyo::io {

enum class ZarrCodec { kZlib, kZstd, kBlosc, kCrc32c };

/// A codec by its name ("gzip", "zlib", "zstd", "blosc", "crc32c"). Errors: kUnsupported.
Result<ZarrCodec> zarr_codec(const std::string& name);

/// `packed` through `codecs`, the last first. No step may give more than `most` bytes.
/// Errors: kBadFile.
Result<std::vector<std::byte>> unpack_zarr(std::vector<std::byte> packed,
                                           std::span<const ZarrCodec> codecs, std::size_t most);

}  // namespace karyo::io
