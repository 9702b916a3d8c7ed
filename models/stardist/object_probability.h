#pragma once

/// How central each pixel is within its object: StarDist's probability targets.

#include <array>
#include <vector>

#include "core/image/volume_view.h"

namespace karyo::stardist {

/// labels   (1, H, W) uint32, 0 = background. The 2D targets are made from labels the caller has
///          already sub-sampled by the grid.
/// returns  (H, W) contiguous, in [0, 1]: distance to the nearest pixel of another label (centre to
///          centre; the image's edge is none), over the largest such distance in the object. An
///          image that is one object all over is taken to have background around it.
/// Threads  pure, on the caller's thread; cost linear in pixels.
/// Source   stardist 0.9.2, edt_prob; exact distances by the passes of Meijster et al. 2000.
std::vector<float> object_probability_2d(LabelView labels);

/// The same in a volume (Z, Y, X), voxels `spacing` (z, y, x) apart. The 3D targets are made from
/// all voxels and sub-sampled by the grid afterwards.
/// Threads  pure; lines are split over `threads` (0: all cores).
std::vector<float> object_probability_3d(LabelView labels, const std::array<double, 3>& spacing,
                                         int threads = 0);

}  // namespace karyo::stardist
