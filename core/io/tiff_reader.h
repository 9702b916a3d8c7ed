#pragma once

/// TIFF of every kind that microscopes and ImageJ make: pages into one T, C, Z, Y, X image.
///
/// Sizes come from ImageJ's, OME's or tifffile's text when it agrees with the pages; a plain stack
/// of equal pages is Z; pages of different form are never mixed: the first one alone is read, and a
/// note says so. Reduced copies (pyramids) are left out. A file of an OME-TIFF set opens as the
/// whole image, as does the set's companion file.

#include "core/io/image_reader.h"
#include "core/io/tiff_pool.h"

namespace karyo::io {

/// Errors: kBadFile, kUnsupported, kTooLarge; kNotFound naming a file that a set lacks.
Result<std::unique_ptr<ImageReader>> open_tiff(std::shared_ptr<const ByteSource> source,
                                               const Neighbours& beside);

}  // namespace karyo::io
