#pragma once

/// Takes uneven background away: top hats, and ImageJ's rolling ball.

#include "core/filters/frames.h"

namespace karyo {

enum class TopHat { kBright, kDark };

/// What is brighter (or darker) than its surroundings and smaller than a ball of this radius in
/// voxels, 0 to 100 along each axis and not all 0 (z 0: a disc, plane by plane): the image minus
/// its grey opening (closing minus the image). By itk::GrayscaleMorphologicalOpeningImageFilter
/// with a flat ball. Errors: kInvalidArgument, kCancelled.
Result<Volume> top_hat(const Volume& volume, TopHat kind, const Index3& radius,
                       TaskControl& control);

/// ImageJ 1.54's Process › Subtract Background, plane by plane, for a light or dark background, not
/// sliding, with or without its 3 x 3 smoothing: a ball of this radius in pixels (1 to 1000) rolls
/// under the grey-value surface; what it cannot reach is kept. Large balls roll over a reduced image,
/// as there. Whole-number results are rounded by adding 0.5 and cutting, as there.
/// Errors: kInvalidArgument, kCancelled.
Result<Volume> subtract_background(const Volume& volume, double radius, bool light_background,
                                   bool smoothing, TaskControl& control);

}  // namespace karyo
