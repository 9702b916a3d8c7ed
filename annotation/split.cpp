#include "annotation/split.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "annotation/split_parts.h"
#include "annotation/spread.h"
#include "core/filters/smoothing.h"
#include "core/segment/distance.h"
#include "core/segment/split_volume.h"

namespace karyo {
namespace {

/// An object with a margin of one voxel (as far as the image goes), its heights and how far a pass
/// has to lie below a peak, in their unit.
struct Relief {
  Box3 box;
  Mask mask;
  Array3<float> heights;
  double tolerance = 0;
};

/// The widest Gaussian, in voxels; as core/filters has it.
constexpr double kMostSigma = 100;

Result<Relief> relief_of(const LabelVolume& labels, const ObjectAt& object, const VoxelGrid& grid,
                         const SplitHeights& heights, const PaintRule& rule) {
  KARYO_TRY(const Box3 own, box_to_change(labels, object, rule));
  const Box3 all = Box3::of_shape(labels.shape());
  Relief relief;
  relief.box = own.padded({1, 1, 1}).clipped_to(all);
  relief.mask = object_mask(labels, object.id, relief.box);
  if (!heights.intensity) {
    relief.heights = euclidean_distance(relief.mask.view(), grid);
    relief.tolerance =
        heights.tolerance * std::min({grid.spacing_z, grid.spacing_y, grid.spacing_x});
    return relief;
  }
  const PerAxis sigma{labels.shape().z > 1 ? heights.sigma / grid.spacing_z : 0,
                      heights.sigma / grid.spacing_y, heights.sigma / grid.spacing_x};
  for (const double one : {sigma.z, sigma.y, sigma.x}) {
    if (!(one >= 0 && one <= kMostSigma)) {
      return Error(ErrorCode::kInvalidArgument, "the smoothing lies between 0 and 100 voxels",
                   "Choose about a quarter of an object's radius.");
    }
  }
  relief.heights = heights.intensity(relief.box);
  blur(relief.heights, sigma);
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (std::int64_t i = 0; i < relief.mask.count(); ++i) {
    if (relief.mask.data()[i] == 0) continue;
    low = std::min(low, relief.heights.data()[i]);
    high = std::max(high, relief.heights.data()[i]);
  }
  relief.tolerance = heights.tolerance * (high - low);
  return relief;
}

/// The number of each seed, from 1, at its voxel.
Result<LabelArray> numbered_seeds(const Relief& relief, std::span<const Index3> seeds) {
  LabelArray numbers(relief.box.shape());
  std::uint32_t number = 0;
  for (const Index3& seed : seeds) {
    const std::string name = "seed " + std::to_string(++number);
    const Index3 at = seed - relief.box.begin;
    if (!relief.box.contains(seed) || relief.mask(at.z, at.y, at.x) == 0) {
      return Error(ErrorCode::kInvalidArgument, name + " is outside the object",
                   "Set all seeds inside it.");
    }
    if (numbers(at.z, at.y, at.x) != 0) {
      return Error(ErrorCode::kInvalidArgument, name + " lies where another one does",
                   "Set them apart.");
    }
    numbers(at.z, at.y, at.x) = number;
  }
  return numbers;
}

}  // namespace

Result<ObjectChange> split_by_seeds(LabelWriter& writer, const LabelVolume& labels,
                                    const ObjectAt& object, std::span<const Index3> seeds,
                                    const VoxelGrid& grid, const SplitHeights& heights,
                                    std::uint32_t new_id, const PaintRule& rule) {
  KARYO_TRY(const Relief relief, relief_of(labels, object, grid, heights, rule));
  KARYO_TRY(LabelArray numbers, numbered_seeds(relief, seeds));

  // First within the basins that have seeds, by the shortest way; then down the slopes.
  const LabelArray basins = split_at_passes(relief.heights, relief.mask.view(), relief.tolerance);
  spread(numbers, relief.mask, 0, [&](double so_far, const Index3& from, const Index3& to) {
    return basins.view()(from) == basins.view()(to) ? so_far + step_length(from, to, grid)
                                                    : std::numeric_limits<double>::infinity();
  });
  spread(numbers, relief.mask, std::numeric_limits<double>::lowest(),
         [&](double so_far, const Index3&, const Index3& to) {
           return std::max(so_far, -static_cast<double>(relief.heights.view()(to)));
         });

  FreeIds free_ids(labels, new_id);
  ObjectChange change;
  KARYO_CHECK_OK(
      make_objects_of_parts(writer, numbers, relief.box.begin, object.id, free_ids, change));
  return change;
}

Result<ObjectChange> split_object(LabelWriter& writer, const LabelVolume& labels,
                                  const ObjectAt& object, const VoxelGrid& grid,
                                  const SplitHeights& heights, std::uint32_t new_id,
                                  const PaintRule& rule) {
  KARYO_TRY(const Relief relief, relief_of(labels, object, grid, heights, rule));
  const LabelArray basins = split_at_passes(relief.heights, relief.mask.view(), relief.tolerance);
  FreeIds free_ids(labels, new_id);
  ObjectChange change;
  KARYO_CHECK_OK(
      make_objects_of_parts(writer, basins, relief.box.begin, object.id, free_ids, change));
  return change;
}

}  // namespace karyo
