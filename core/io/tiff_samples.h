#pragma once

/// Stored pixel values into voxels: packed bits, byte order, interleaving. Pure functions.

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/io/tiff_page.h"

namespace karyo::io {

/// Swaps the bytes of each value of `bits` bits in place; nothing for 8 bits and less.
void swap_values(std::span<std::byte> bytes, int bits);

/// `count` stored values of `page`, beginning at a byte boundary, as page.type().
void expand_values(const TiffPage& page, const std::byte* stored, std::int64_t count,
                   std::byte* voxels);

/// True when stored values are voxels as they stand.
bool stored_as_voxels(const TiffPage& page);

/// Takes interleaved voxels apart: value s of each of `count` pixels to planes[s].
void deinterleave(std::size_t voxel_bytes, const std::byte* interleaved, std::int64_t count,
                  std::span<std::byte* const> planes);

}  // namespace karyo::io
