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

/// The same of any heights, of the mask's shape and without NaN: basins around their peaks within
/// the mask, cut where the pass is lower than the smaller peak by at least `tolerance`, in the unit
/// of the heights. Each basin hangs together (26 neighbours).
LabelArray split_at_passes(const Array3<float>& heights, MaskView mask, double tolerance);

}  // namespace karyo
