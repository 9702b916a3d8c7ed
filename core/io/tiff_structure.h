#pragma once

/// The skeleton of a TIFF file: byte order, the chain of pages, raw tags.
///
/// Read by hand, because libtiff follows page chains lazily and hands out tags it does not know in
/// whatever type a file claims. Here a loop, an offset past the end and a huge count are found
/// before libtiff sees the file. Sources: TIFF 6.0 section 2; BigTIFF design (AWare Systems).

#include <cstdint>
#include <optional>
#include <vector>

#include "core/io/byte_source.h"

namespace karyo::io {

struct TiffStructure {
  bool big_endian = false;
  bool big_tiff = false;
  std::vector<std::uint64_t> pages;  ///< offset of each page's directory, in file order
};

/// True when the first bytes are a TIFF's, sound or not.
bool looks_like_tiff(std::span<const std::byte> head);

/// Errors: kBadFile.
Result<TiffStructure> read_tiff_structure(const ByteSource& source);

struct TiffTag {
  int type = 0;                  ///< TIFF 6.0 field type: 1 byte, 2 text, 3 short, 4 long, ...
  std::vector<std::byte> bytes;  ///< values in the file's byte order
};

/// A tag of the page whose directory lies at `page`; nullopt when absent.
/// Errors: kBadFile when its values lie outside the file, kTooLarge above `limit` bytes.
Result<std::optional<TiffTag>> read_tiff_tag(const ByteSource& source,
                                             const TiffStructure& structure, std::uint64_t page,
                                             int tag, std::uint64_t limit);

}  // namespace karyo::io
