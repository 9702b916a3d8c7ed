#pragma once

/// TIFF as ImageJ writes it, and OME-TIFF.
///
/// Pixels first, plane after plane (C fastest, then Z, then T) without a gap, then the directories:
/// ImageJ and tifffile read such a stack in one go, and any other reader page by page. libtiff puts
/// each directory between two pages, so the file is laid out here. Little-endian; BigTIFF where the
/// file passes 4 GB. Sources: TIFF 6.0, ImageJ 1.54 TiffEncoder, OME model 2016-06.

#include <filesystem>

#include "core/image/volume.h"

namespace karyo::io {

struct TiffWriteOptions {
  bool deflate = false;  ///< strips of about 256 KiB, which ImageJ reads page by page
  bool ome = false;      ///< OME-XML in place of ImageJ's text
};

/// Atomically. Errors: kIo.
Result<void> write_tiff(const std::filesystem::path& path, const Volume& volume,
                        const TiffWriteOptions& options);

}  // namespace karyo::io
