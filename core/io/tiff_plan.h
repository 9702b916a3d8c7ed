#pragma once

/// Which page of a TIFF holds which plane of the image.

#include "core/io/image_io.h"
#include "core/io/tiff_metadata.h"
#include "core/io/tiff_page.h"

namespace karyo::io {

/// Planes are numbered (t * channels + c) * slices + z; a page holds all samples of a plane.
struct TiffPlan {
  std::int64_t frames = 1, channels = 1, slices = 1;
  std::string order = "TZC";  ///< page axes, slowest first, as stored
  /// Directory offset of each plane's page; empty for contiguous planes.
  std::vector<std::uint64_t> pages;
  /// Where contiguous planes begin; they follow one another in `order`.
  std::uint64_t contiguous_at = 0;

  VoxelGrid grid;
  std::vector<ChannelInfo> channel_info;  ///< empty, or one a channel
  std::string format = "TIFF";
  std::vector<std::string> notes;

  std::int64_t planes() const { return frames * channels * slices; }
  /// Place of a plane among contiguous ones.
  std::int64_t place_of(std::int64_t t, std::int64_t c, std::int64_t z) const;
};

/// `first` is the layout of the first page, on which `handle` stands (and is left anywhere).
/// Errors: kBadFile when text and pages contradict each other, kUnsupported.
Result<TiffPlan> plan_tiff(TiffHandle& handle, const TiffStructure& structure,
                           const TiffPage& first);

}  // namespace karyo::io
