#include <zstd.h>

#include "core/io/zarr_unpack.h"

namespace karyo::io {

Result<std::vector<std::byte>> unpack_zstd(const std::vector<std::byte>& packed, std::size_t most) {
  std::vector<std::byte> out(most);
  const std::size_t had = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
  if (ZSTD_isError(had) != 0U) {
    return broken_chunk(std::string("the zstd data cannot be read: ") + ZSTD_getErrorName(had));
  }
  out.resize(had);
  return out;
}

}  // namespace karyo::io
