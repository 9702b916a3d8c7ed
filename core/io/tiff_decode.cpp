#include "core/io/tiff_decode.h"

#include <tiffio.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "core/io/tiff_chunks.h"
#include "core/io/tiff_samples.h"

namespace karyo::io {
namespace {

constexpr const char* kAgain = "The file is damaged; copy or export it again.";

/// Decoded bytes of a chunk into `to`, in this machine's byte order.
Result<void> fetch_chunk(TiffHandle& handle, const TiffPage& page, std::int64_t number,
                         std::span<std::byte> to) {
  TIFF* tiff = handle.raw();
  const auto index = static_cast<std::uint32_t>(number);
  if (page.compression == COMPRESSION_NONE) {
    int failed = 0;
    const std::uint64_t offset = TIFFGetStrileOffsetWithErr(tiff, index, &failed);
    if (failed != 0) return Error(ErrorCode::kBadFile, "the table of strips is broken", kAgain);
    KARYO_CHECK_OK(handle.source().read_at(offset, to));
    std::uint16_t fill_order = FILLORDER_MSB2LSB;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_FILLORDER, &fill_order);
    if (fill_order == FILLORDER_LSB2MSB) {
      TIFFReverseBits(reinterpret_cast<std::uint8_t*>(to.data()), static_cast<tmsize_t>(to.size()));
    }
    if (handle.big_endian() != (std::endian::native == std::endian::big)) {
      swap_values(to, page.bits);
    }
    return {};
  }
  handle.take_message();
  const auto size = static_cast<tmsize_t>(to.size());
  const tmsize_t had = page.tiled ? TIFFReadEncodedTile(tiff, index, to.data(), size)
                                  : TIFFReadEncodedStrip(tiff, index, to.data(), size);
  const std::string reason = handle.take_message();
  if (had != size || !reason.empty()) {
    return Error(ErrorCode::kBadFile,
                 name_of_chunk(page, number) + " (" + tiff_compression_name(page.compression) +
                     ") cannot be decoded" + (reason.empty() ? "" : ": " + reason),
                 kAgain);
  }
  return {};
}

}  // namespace

Result<void> decode_tiff_chunk(TiffHandle& handle, const TiffPage& page, std::int64_t number,
                               std::span<std::byte* const> planes, std::int64_t stride) {
  const Chunks chunks = chunks_of(page);
  const std::size_t voxel = bytes_of(page.type());
  const auto samples = static_cast<std::size_t>(chunks.samples);
  const std::int64_t down = number / chunks.across % chunks.down;
  const std::int64_t rows = stored_rows(page, down);
  const std::int64_t kept = std::min(rows, page.height - down * page.chunk_height);
  const std::int64_t columns =
      std::min(page.chunk_width, page.width - number % chunks.across * page.chunk_width);
  const auto bytes = static_cast<std::size_t>(chunks.row_bytes) * static_cast<std::size_t>(rows);
  if (!page.tiled && samples == 1 && stored_as_voxels(page) && stride == columns) {
    return fetch_chunk(handle, page, number, {planes[0], bytes});
  }
  std::vector<std::byte> chunk(bytes);
  KARYO_CHECK_OK(fetch_chunk(handle, page, number, chunk));
  std::vector<std::byte> row(static_cast<std::size_t>(columns) * samples * voxel);
  std::vector<std::byte*> targets(samples);
  for (std::int64_t y = 0; y < kept; ++y) {
    const std::byte* from =
        chunk.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(chunks.row_bytes);
    const std::size_t to = static_cast<std::size_t>(y * stride) * voxel;
    if (samples == 1) {
      expand_values(page, from, columns, planes[0] + to);
      continue;
    }
    expand_values(page, from, columns * chunks.samples, row.data());
    for (std::size_t s = 0; s < samples; ++s) targets[s] = planes[s] + to;
    deinterleave(voxel, row.data(), columns, targets);
  }
  return {};
}

Result<void> decode_tiff_page(TiffHandle& handle, const TiffPage& page,
                              std::span<std::byte* const> planes) {
  const Chunks chunks = chunks_of(page);
  const std::size_t voxel = bytes_of(page.type());
  std::vector<std::byte*> targets(static_cast<std::size_t>(chunks.samples));
  for (std::int64_t number = 0; number < chunks.count(); ++number) {
    const std::int64_t y = number / chunks.across % chunks.down * page.chunk_height;
    const std::int64_t x = number % chunks.across * page.chunk_width;
    const auto first = static_cast<std::size_t>(y * page.width + x) * voxel;
    // A chunk holds one plane's values, or all of them side by side.
    const auto plane = static_cast<std::size_t>(number / chunks.across / chunks.down);
    for (std::size_t s = 0; s < targets.size(); ++s) targets[s] = planes[plane + s] + first;
    KARYO_CHECK_OK(decode_tiff_chunk(handle, page, number, targets, page.width));
  }
  return {};
}

Result<void> probe_tiff_page(TiffHandle& handle, const TiffPage& page) {
  if (page.compression == COMPRESSION_NONE) return {};
  std::vector<std::byte> chunk(static_cast<std::size_t>(chunks_of(page).row_bytes) *
                               static_cast<std::size_t>(stored_rows(page, 0)));
  return fetch_chunk(handle, page, 0, chunk);
}

Result<void> read_contiguous_plane(const ByteSource& source, bool big_endian, const TiffPage& page,
                                   std::uint64_t offset, std::span<std::byte* const> planes) {
  const bool swap = big_endian != (std::endian::native == std::endian::big);
  const std::size_t voxel = bytes_of(page.type());
  const auto pixels = static_cast<std::size_t>(page.width * page.height);
  const auto stored = static_cast<std::size_t>(page.stored_plane_bytes());
  if (page.samples == 1 && stored_as_voxels(page)) {
    const std::span<std::byte> to(planes[0], pixels * voxel);
    KARYO_CHECK_OK(source.read_at(offset, to));
    if (swap) swap_values(to, page.bits);
    return {};
  }
  std::vector<std::byte> bytes(stored);
  KARYO_CHECK_OK(source.read_at(offset, bytes));
  if (swap) swap_values(bytes, page.bits);
  if (page.samples == 1 || page.planar) {
    const std::size_t row_bytes = stored / static_cast<std::size_t>(page.samples * page.height);
    for (std::size_t s = 0; s < planes.size(); ++s) {
      for (std::int64_t y = 0; y < page.height; ++y) {
        const auto line = s * static_cast<std::size_t>(page.height) + static_cast<std::size_t>(y);
        expand_values(page, bytes.data() + line * row_bytes, page.width,
                      planes[s] + static_cast<std::size_t>(y * page.width) * voxel);
      }
    }
    return {};
  }
  const std::size_t row_bytes = stored / static_cast<std::size_t>(page.height);
  std::vector<std::byte> row(static_cast<std::size_t>(page.width * page.samples) * voxel);
  std::vector<std::byte*> targets(planes.size());
  for (std::int64_t y = 0; y < page.height; ++y) {
    expand_values(page, bytes.data() + static_cast<std::size_t>(y) * row_bytes,
                  page.width * page.samples, row.data());
    for (std::size_t s = 0; s < planes.size(); ++s) {
      targets[s] = planes[s] + static_cast<std::size_t>(y * page.width) * voxel;
    }
    deinterleave(voxel, row.data(), page.width, targets);
  }
  return {};
}

}  // namespace karyo::io
