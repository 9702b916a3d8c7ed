#pragma once

/// Exact Euclidean distances where spacing differs along the axes.

#include <optional>

#include "core/image/world.h"
#include "core/segment/binary.h"

namespace karyo {

/// Distance of each foreground voxel to the nearest background voxel, between centres, in the
/// grid's unit; 0 in background. Beyond the border is no background; where there is none at all it
/// is infinite. With `plane` each slice of it is a world of its own.
/// Threads  up to `threads` (0: all cores).
/// Source   Felzenszwalb & Huttenlocher, Theory of Computing 8, 2012.
Array3<float> euclidean_distance(MaskView mask, const VoxelGrid& grid,
                                 std::optional<Plane> plane = {}, int threads = 0);

}  // namespace karyo
