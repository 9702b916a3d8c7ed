#pragma once

/// ImageJ's operations on binary planes (Process > Binary). Masks are (Z, Y, X), 0 is background,
/// anything else foreground (255 in results); each plane is worked on alone.

#include <cstdint>

#include "core/image/volume_view.h"

namespace karyo {

using Mask = Array3<std::uint8_t>;
using MaskView = VolumeView<const std::uint8_t>;

/// Background that does not reach the border of its plane (4-connected) becomes foreground.
Mask fill_holes(MaskView mask);

/// 3 x 3 neighbourhoods, one iteration, pixels beyond the border count as background.
Mask dilate(MaskView mask);
Mask erode(MaskView mask);
Mask open(MaskView mask);   ///< erode, then dilate
Mask close(MaskView mask);  ///< dilate, then erode

/// Distance of each foreground pixel to the nearest background pixel, in pixels between centres;
/// beyond the border is no background. ImageJ's propagation of nearest points, which is exact below
/// 13 pixels and up to 0.09 too large beyond. A plane without background holds infinity.
Array3<float> distance_map(MaskView mask);

}  // namespace karyo
