#pragma once

/// The pixels of one page of a TIFF file, whose layout tiff_page.h has checked. libtiff decodes;
/// uncompressed pixels are read directly.

#include <cstdint>
#include <span>

#include "core/io/tiff_page.h"

namespace karyo::io {

/// Decodes the current page; one pointer to height x width voxels of page.type() a sample.
/// Errors: kBadFile for broken data.
Result<void> decode_tiff_page(TiffHandle& handle, const TiffPage& page,
                              std::span<std::byte* const> planes);

/// Decodes one strip or tile of the current page: `number` counts across, down, then planes of
/// samples. One pointer for each value a pixel has in a chunk, to the place of the chunk's first
/// voxel in an array whose rows are `stride` voxels apart; what lies beyond the page is left out.
/// Errors: kBadFile for broken data.
Result<void> decode_tiff_chunk(TiffHandle& handle, const TiffPage& page, std::int64_t number,
                               std::span<std::byte* const> planes, std::int64_t stride);

/// Decodes its first chunk only, to learn whether the page is sound before memory is taken.
Result<void> probe_tiff_page(TiffHandle& handle, const TiffPage& page);

/// Bytes at `offset` that hold one uncompressed plane after another: plane number `index`.
Result<void> read_contiguous_plane(const ByteSource& source, bool big_endian, const TiffPage& page,
                                   std::uint64_t offset, std::span<std::byte* const> planes);

}  // namespace karyo::io
