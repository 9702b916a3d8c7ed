#pragma once

/// Cuts objects into several.
///
/// The largest part keeps the object's id, the others get the next free numbers from `new_id` on,
/// in the order of their first voxels (of the seeds where there are some); LabelVolume::unused_id()
/// is a good one. All parts together are the object as it was. Only the object's own box is looked
/// at.
/// Errors common to all: kNotFound without such an object; kInvalidArgument when it is locked or
/// outside the rule; kTooLarge when no numbers are left (the writer is to be dropped then).

#include <cstdint>
#include <functional>
#include <span>

#include "annotation/object_at.h"
#include "annotation/paint_rule.h"
#include "core/base/result.h"
#include "core/image/world.h"
#include "core/labels/label_volume.h"
#include "core/segment/polygon_fill.h"

namespace karyo {

/// A line drawn in one slice of a plane.
struct CutStroke {
  Plane plane = Plane::kXY;
  std::int64_t depth = 0;  ///< the slice, in voxels along the plane's normal
  /// x along the plane's horizontal axis, y along the vertical one; the centre of voxel n is
  /// n + 0.5. One point is a stroke as well.
  PathF path;
  bool whole_stack = false;  ///< cuts through all slices, else through this one alone
};

/// Cuts along a stroke. What it runs over goes to the nearest part, so that no gap is left; where
/// it separates nothing, nothing changes. For id 0: all objects that it runs over in its slice, but
/// those that the rule keeps. An object of several pieces is cut piece by piece: those that the
/// stroke does not separate stay as they are. An object that it does not reach is none to be cut
/// and no error; where no box is given, only what hangs together around the stroke is looked at.
/// Errors: also kInvalidArgument for a path that is empty, not finite or far outside.
Result<ObjectChange> cut_along(LabelWriter& writer, const LabelVolume& labels,
                               const ObjectAt& object, const CutStroke& stroke,
                               std::uint32_t new_id, const PaintRule& rule);

/// The image's values in a box inside its shape, without NaN.
using ReadIntensity = std::function<Array3<float>(const Box3&)>;

/// What has a peak in the middle of each part: the distance to the outside (Euclidean, in the
/// grid's unit), or the image.
struct SplitHeights {
  ReadIntensity intensity = {};  ///< none: the distance
  double sigma = 1;              ///< Gaussian that smooths the image first, in the grid's unit
  /// How far a pass has to lie below the lower of its two peaks. Distance: in voxels of the finest
  /// axis. Image: as part of the range of values in the object, 0.1 being a tenth.
  double tolerance = 1;
};

/// Each voxel goes to one of the seeds. A seed stands for the whole basin of heights it lies in, so
/// that parts meet in the necks between basins wherever in them the seeds are; seeds in one basin
/// share it by the shortest way inside it. All parts hang together (26 neighbours). Pieces of the
/// object without a seed keep its id.
/// Errors: also kInvalidArgument for a seed outside the object, or two in one place.
Result<ObjectChange> split_by_seeds(LabelWriter& writer, const LabelVolume& labels,
                                    const ObjectAt& object, std::span<const Index3> seeds,
                                    const VoxelGrid& grid, const SplitHeights& heights,
                                    std::uint32_t new_id, const PaintRule& rule);

/// One part for each basin of the heights; see split_at_passes. Pieces become parts of their own.
Result<ObjectChange> split_object(LabelWriter& writer, const LabelVolume& labels,
                                  const ObjectAt& object, const VoxelGrid& grid,
                                  const SplitHeights& heights, std::uint32_t new_id,
                                  const PaintRule& rule);

}  // namespace karyo
