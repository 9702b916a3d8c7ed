#pragma once

/// Finds and takes away drift: between time points, or between the planes of a stack; tells how far
/// two pictures of the same thing are apart.

#include <vector>

#include "core/base/task.h"
#include "core/image/volume.h"

namespace karyo {

enum class DriftAlong { kTime, kPlanes };

/// How far what is seen at each time (or in each plane) has moved since the first, in whole voxels:
/// phase correlation (Kuglin and Hines, 1975) of neighbours' means along z, and for z (at most half
/// the stack) where the two differ least; the shifts between neighbours add up. Planes move in y and
/// x alone.
/// `channel`: what is looked at. Errors: kInvalidArgument with one time (or plane); kCancelled.
Result<std::vector<Index3>> find_drift(const Volume& volume, DriftAlong along, std::int64_t channel,
                                       TaskControl& control);

/// Moves each time (or plane) back; what comes in from outside is 0. As many shifts as times
/// (planes). Errors: kInvalidArgument.
Result<Volume> take_drift_away(const Volume& volume, DriftAlong along,
                               const std::vector<Index3>& drift);

/// How far `after` lies from `before`, which is as large, in whole pixels of y and x.
struct PictureShift {
  std::int64_t y = 0, x = 0;
  double certainty = 0;  ///< height of the correlation's peak in its standard deviations; about 5
                         ///< for pictures that have nothing in common
  double at_rest = 0;    ///< correlation without a shift, as a share of the peak
};
/// Phase correlation of the means along z of the middle (at most 1024 x 1024), of low frequencies
/// alone: one of the two may be noisy, or of another brightness.
PictureShift find_shift(const Array3<float>& before, const Array3<float>& after);

}  // namespace karyo
