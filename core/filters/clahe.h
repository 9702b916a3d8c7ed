#pragma once

/// Contrast-limited adaptive histogram equalization (CLAHE), to see dim and bright parts at once.
/// For looking at, not for measuring: values no longer mean amounts.

#include "core/filters/frames.h"

namespace karyo {

struct ClaheSettings {
  std::int64_t tile = 64;  ///< side of the squares that are equalized, pixels: 8 to 4096
  double slope = 3;        ///< the steepest a grey value may be stretched: above 1 to 100
  int bins = 256;          ///< of the histograms: 16 to 65536
};

/// Plane by plane, over the channel's own range, which the result keeps. Histograms of square tiles
/// are cut at `slope` times their mean, what is cut is spread evenly, and each pixel is mapped between
/// the four nearest tiles' curves linearly (Zuiderveld, Graphics Gems IV, 1994).
/// Errors: kInvalidArgument, kCancelled.
Result<Volume> clahe(const Volume& volume, const ClaheSettings& settings, TaskControl& control);

}  // namespace karyo
