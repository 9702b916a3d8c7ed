#pragma once

/// Splits touching objects of a volume.

#include "core/image/voxel_grid.h"
#include "core/segment/binary.h"

namespace karyo {

struct SplitOptions {
  /// How much lower than the smaller of two peaks of the distance map the pass between them has to
  /// be for the object to be cut there; in voxels of the finest axis.
  double tolerance = 1.0;
};

/// Basins of the distance map, numbered from 1 in the order of their first voxels: ImageJ's idea
/// of a watershed in three dimensions, with spacing and without lines between the parts. The
/// distance is Euclidean and to the nearest background voxel; beyond the border is no background.
LabelArray split_volume(MaskView mask, const VoxelGrid& grid, const SplitOptions& options = {});

}  // namespace karyo
