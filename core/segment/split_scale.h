#pragma once

/// Splits touching objects by their typical size: what is a neck between two large nuclei is a
/// wiggle of noise on a third, so all lengths are parts of a radius that the mask itself tells.
///
/// Lengths  in pixels of the x axis; the grid says how far apart rows and planes are.
/// Shapes   masks and brightness are (Z, Y, X); a stack is one volume, a single plane is one plane.
/// Threads  pure functions.

#include <optional>

#include "core/base/result.h"
#include "core/image/voxel_grid.h"
#include "core/segment/binary.h"

namespace karyo {

struct ScaleSplit {
  double radius = 0;       ///< of a typical object; 0: typical_radius() of the mask
  double smoothing = 0.2;  ///< of the heights, as a part of the radius: 0 to 2
  /// How much lower than the smaller of two peaks the pass between them has to be for a cut: a part
  /// of its height, 0 (each peak is an object) to below 1.
  double tolerance = 0.14;
  /// What brightness counts beside shape: 0 nothing, 1 as much.
  double brightness = 0;
};

/// The radius of the largest ball that fits into a typical object: the median of the distance map's
/// peaks, each weighted by its square (cube in a volume), so that specks do not count. 0 where the
/// mask is empty or full.
double typical_radius(MaskView mask, const VoxelGrid& grid);

/// Parts of the mask, numbered from 1 in the order of their first voxels; every voxel of the mask
/// is in one, there are no lines between them. Heights are the distance to the background,
/// smoothed, and with `brightness` times that of the smoothed image, whose values must be higher
/// inside objects; where two basins meet above the tolerance they are one (h-maxima in the
/// logarithm of the height: Soille, Morphological Image Analysis, 2004, 6.3). `image`: the mask's
/// shape; only read where `brightness` is not 0. Errors: kInvalidArgument for settings out of range
/// or an image of another shape.
Result<LabelArray> split_by_scale(MaskView mask, const VoxelGrid& grid, const ScaleSplit& options,
                                  std::optional<VolumeView<const float>> image = {});

}  // namespace karyo
