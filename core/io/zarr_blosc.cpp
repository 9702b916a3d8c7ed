#include <blosc.h>

#include "core/io/zarr_unpack.h"

namespace karyo::io {

Result<std::vector<std::byte>> unpack_blosc(const std::vector<std::byte>& packed,
                                            std::size_t most) {
  std::size_t size = 0;
  if (packed.size() < BLOSC_MIN_HEADER_LENGTH ||
      blosc_cbuffer_validate(packed.data(), packed.size(), &size) != 0 || size > most) {
    return broken_chunk("the blosc data are cut off, or claim more than the chunk holds");
  }
  std::vector<std::byte> out(size);
  if (size == 0) return out;
  const int had = blosc_decompress_ctx(packed.data(), out.data(), out.size(), 1);
  if (had < 0 || static_cast<std::size_t>(had) != size) {
    return broken_chunk("the blosc data are broken");
  }
  return out;
}

}  // namespace karyo::io
