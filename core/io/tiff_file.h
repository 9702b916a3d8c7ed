#pragma once

/// A TIFF file as it is understood before any pixel is read.

#include "core/io/tiff_plan.h"

namespace karyo::io {

struct TiffFile {
  ImageDescription description;
  TiffStructure structure;
  TiffHandle handle;
  TiffPage first;  ///< all pages of the plan have its form
  TiffPlan plan;
};

/// Makes the page at `offset` the current one. Errors: kBadFile, also when its form is not
/// `first`'s.
Result<TiffPage> go_to_page_like(TiffHandle& handle, const TiffPage& first, std::uint64_t offset);

/// Errors: kBadFile, kUnsupported, kTooLarge.
Result<TiffFile> open_tiff_file(std::shared_ptr<const ByteSource> source);

}  // namespace karyo::io
