#pragma once

/// Parts, projections and turns of images. Grids follow: spacing and origin stay true.

#include <span>

#include "core/base/task.h"
#include "core/image/paged_image.h"
#include "core/image/volume.h"
#include "core/image/world.h"

namespace karyo {

/// Half-open ranges of times and channels, and a box of voxels. All inside the image.
struct CropBox {
  std::int64_t first_t = 0, last_t = 0;  ///< [first, last)
  std::int64_t first_c = 0, last_c = 0;
  Box3 box;
  static CropBox all(const VolumeShape& shape) {
    return {0, shape.t, 0, shape.c, Box3::of_shape(shape.zyx())};
  }
};
/// Errors: kInvalidArgument for an empty box or one that is not inside.
Result<Volume> crop(const Volume& volume, const CropBox& box);
/// The same of an image that stays in its file; the caller sees to it that there is room. Errors:
/// also those of PagedImage::read, kCancelled.
Result<Volume> crop(const PagedImage& pages, const CropBox& box, TaskControl& control);

enum class ProjectionKind { kMaximum, kMinimum, kMean, kSum, kDeviation, kMedian };
/// "maximum", "minimum", "mean", "sum", "deviation", "median".
Result<ProjectionKind> projection_from(std::string_view name);
/// Along z, y, x, or t, to one plane or time. The extremes and the median keep the type (the median
/// of an even number is rounded down to the lower middle one); mean, sum and deviation (of the
/// sample, n - 1) are float32, as Fiji's Z Project has them. Errors: kInvalidArgument, kCancelled.
Result<Volume> project(const Volume& volume, char axis, ProjectionKind kind, TaskControl& control);

/// By quarter turns in XY, to the right when positive.
Volume rotate(const Volume& volume, int quarter_turns);
/// Along 'z', 'y' or 'x'. Errors: kInvalidArgument.
Result<Volume> flip(const Volume& volume, char axis);

/// Turns a stack so that another plane becomes XY (Fiji: Reslice): kXZ: y becomes the new z;
/// kYZ: x becomes the new z, z runs to the right.
Volume reslice(const Volume& volume, Plane plane);

enum class Resampling { kNearest, kLinear };
/// To another number of voxels over the same extent. Linear between voxel middles; where an axis
/// shrinks, the mean of what a new voxel covers. Errors: kInvalidArgument; kCancelled.
Result<Volume> resample(const Volume& volume, const Index3& shape, Resampling how,
                        TaskControl& control);

/// The images' channels, one after the other. All of one shape (but for channels) and type, at most
/// 64 channels together. Errors: kInvalidArgument naming the one that differs.
Result<Volume> merge_channels(std::span<const Volume* const> volumes,
                              std::span<const std::string> names);

}  // namespace karyo
