#pragma once

/// One picture that shows where prediction and truth agree and where they do not.

#include "core/image/volume.h"
#include "core/io/png_writer.h"
#include "core/metrics/matching.h"

namespace karyo {

/// What overlays are drawn in: green and magenta, which people with any colour vision can tell
/// apart (they differ in lightness and in blue), white where both lie.
inline constexpr Rgb kTruthColor{64, 220, 96}, kPredictionColor{236, 64, 236},
    kBothColor{255, 255, 255}, kIgnoredColor{160, 160, 160};

struct OverlayInput {
  LabelView truth, prediction;             ///< of the same shape
  const Overlaps* overlaps = nullptr;      ///< of the two
  const std::vector<ObjectOverlap>* matched = nullptr;  ///< true positives
  const Volume* image = nullptr;           ///< drawn beneath in grey; may be null or of other size
};

/// Outlines of truth and prediction; objects missed are filled in the truth's color, objects found
/// without truth in the prediction's; ignored parts of the truth are hatched. Of a stack, the plane
/// with the most labelled voxels. Small images are enlarged and large ones reduced by a whole
/// factor, to between 512 and 2048 pixels. Below lies a legend with the counts.
RgbPicture draw_overlay(const OverlayInput& input, const Matching& matching);

}  // namespace karyo
