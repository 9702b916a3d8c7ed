#pragma once

/// How a TIFF page is cut into strips or tiles ("chunks"); between tiff_page.cpp, which checks
/// them, and tiff_decode.cpp, which reads them.

#include <cstdint>
#include <string>

#include "core/io/tiff_page.h"

namespace karyo::io {

struct Chunks {
  std::int64_t across, down, planes;
  std::int64_t samples;     ///< values a pixel inside a chunk
  std::uint64_t row_bytes;  ///< of a whole chunk row, as decoded
  /// Stays at the largest number when a header claims more.
  std::int64_t count() const;
};
Chunks chunks_of(const TiffPage& page);

/// Rows that chunk row `down` stores: tiles are padded, the last strip is not.
std::int64_t stored_rows(const TiffPage& page, std::int64_t down);

/// "strip 3", for messages; `number` counts from 0.
std::string name_of_chunk(const TiffPage& page, std::int64_t number);

}  // namespace karyo::io
