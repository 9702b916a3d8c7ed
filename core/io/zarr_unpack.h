#pragma once

/// The steps of zarr_codecs.cpp that a build may lack.

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace karyo::io {

Error broken_chunk(const std::string& what);

/// At most `most` bytes. Errors: kBadFile; kUnsupported where the package was missing.
Result<std::vector<std::byte>> unpack_zstd(const std::vector<std::byte>& packed, std::size_t most);
Result<std::vector<std::byte>> unpack_blosc(const std::vector<std::byte>& packed, std::size_t most);

}  // namespace karyo::io
