#pragma once

/// The smaller copies of a page that a TIFF file holds beside it.

#include <cstdint>
#include <vector>

#include "core/io/tiff_file.h"

namespace karyo::io {

struct TiffLevel {
  TiffPage page;             ///< layout of the level's pages
  std::uint64_t offset = 0;  ///< of its only page; 0: the SubIFD of each page of the image
};

/// Levels after the first, each smaller than the one before. Of an image of several planes only
/// SubIFDs count. What is no smaller copy (a label, a macro picture of the slide) ends the list.
std::vector<TiffLevel> tiff_levels(TiffFile& file);

/// Where a page's SubIFDs lie, in the file's order. Errors: kBadFile.
Result<std::vector<std::uint64_t>> sub_directories(const ByteSource& source,
                                                   const TiffStructure& structure,
                                                   std::uint64_t page);

}  // namespace karyo::io
