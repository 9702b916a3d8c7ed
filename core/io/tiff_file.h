#pragma once

/// A TIFF file as it is understood before any pixel is read.

#include "core/io/tiff_plan.h"

namespace karyo::io {

struct TiffFile {
  ImageDescription description;
  std::unique_ptr<TiffPool> files;
  std::unique_ptr<OpenTiff> open;  ///< the file that holds the first plane
  TiffPage first;                  ///< all pages of the plan have its form
  TiffPlan plan;
};

/// Makes the page at `offset` the current one. Errors: kBadFile, also when its form is not
/// `first`'s.
Result<TiffPage> go_to_page_like(TiffHandle& handle, const TiffPage& first, std::uint64_t offset);

/// A TIFF, or the companion file of an OME-TIFF set. Errors: kBadFile, kUnsupported, kTooLarge; of
/// a set those of find_ome_set.
Result<TiffFile> open_tiff_file(std::shared_ptr<const ByteSource> source, const Neighbours& beside);

}  // namespace karyo::io
