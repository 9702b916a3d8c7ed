#pragma once

/// Splits touching objects.

#include "core/segment/binary.h"

namespace karyo {

/// ImageJ's Process > Binary > Watershed, pixel for pixel: the mask with lines of background, one
/// pixel wide, between the basins of its distance map (maxima with tolerance 0.5). Plane by plane.
Mask watershed_split(MaskView mask);

}  // namespace karyo
