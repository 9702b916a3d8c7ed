#pragma once

/// Which page of a TIFF holds which plane of the image.

#include "core/io/image_io.h"
#include "core/io/ome_set.h"

namespace karyo::io {

/// Planes are numbered (t * channels + c) * slices + z; a page holds all samples of a plane.
struct TiffPlan {
  std::int64_t frames = 1, channels = 1, slices = 1;
  std::string order = "TZC";  ///< page axes, slowest first, as stored
  /// Each plane's page; empty for contiguous planes.
  std::vector<TiffPlace> pages;
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

/// The place that the first plane of an OME set has. Errors: kBadFile when the XML names none.
Result<TiffPlace> first_place(const OmeSet& set);

/// `first` is the layout of the first plane's page, on which `open` stands (and is left anywhere);
/// `text` is the description of the file that was opened.
/// Errors: kBadFile when text and pages contradict each other, kUnsupported.
Result<TiffPlan> plan_tiff(OpenTiff& open, const TiffPage& first, std::string_view text,
                           const OmeSet& set);

}  // namespace karyo::io
