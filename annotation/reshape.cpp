#include "annotation/reshape.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "annotation/holes.h"
#include "annotation/index_axis.h"
#include "annotation/object_crop.h"
#include "core/filters/smoothing.h"
#include "core/segment/distance.h"
#include "core/segment/particles.h"

namespace karyo {
namespace {

constexpr double kMostSigma = 100;  // voxels, as core/filters has it
constexpr double kGaussianReach = 4;
/// Distances are float32: those equal to the radius count as within.
constexpr double kRounding = 1 + 1e-6;

Error out_of_range(const std::string& what) {
  return {ErrorCode::kInvalidArgument, what + " is out of range",
          "Choose one above 0, of a few voxels."};
}

Error would_vanish(std::uint32_t id) {
  return {ErrorCode::kInvalidArgument, "nothing would be left of object " + std::to_string(id),
          "Choose a smaller size, or delete the object."};
}

/// How many voxels a length spans along each axis that is worked along, rounded up.
Index3 reach_of(double length, const VoxelGrid& grid, std::optional<Plane> plane,
                const Index3& shape) {
  Index3 reach;
  for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
    if (plane && normal_axis(*plane) == axis) continue;
    const double voxels = std::ceil(length / spacing_along(grid, axis) * kRounding);
    coordinate(reach, axis) =
        static_cast<std::int64_t>(std::min(voxels, static_cast<double>(along(shape, axis))));
  }
  return reach;
}

Mask inverse(const Mask& mask) {
  Mask other(mask.shape());
  std::transform(mask.begin(), mask.end(), other.begin(),
                 [](std::uint8_t voxel) { return voxel == 0 ? 1 : 0; });
  return other;
}

bool any(const Mask& mask) {
  return std::any_of(mask.begin(), mask.end(), [](std::uint8_t voxel) { return voxel != 0; });
}

/// Leaves in `added` what hangs together with the object.
void drop_what_is_apart(const Mask& object, Mask& added) {
  Mask both = added;
  for (std::int64_t i = 0; i < both.count(); ++i) both.data()[i] |= object.data()[i];
  const Particles pieces = *label_objects(both.view(), {});
  std::vector<bool> with_object(pieces.particles.size() + 1, false);
  for (std::int64_t i = 0; i < both.count(); ++i) {
    if (object.data()[i] != 0) with_object[pieces.labels.data()[i]] = true;
  }
  for (std::int64_t i = 0; i < both.count(); ++i) {
    if (!with_object[pieces.labels.data()[i]]) added.data()[i] = 0;
  }
}

/// Takes away the voxels of the object where `gone` is not 0.
void take_away(Changes& changes, const Mask& gone, Index3 origin, std::uint32_t id) {
  changes.set_mask(gone, origin, 0, [id](std::uint32_t now) { return now == id; });
}

}  // namespace

Result<Box3> dilate_object(LabelWriter& writer, const LabelVolume& labels, const ObjectAt& object,
                           const VoxelGrid& grid, double radius, std::optional<Plane> plane,
                           const PaintRule& rule) {
  if (!(radius > 0 && std::isfinite(radius))) return out_of_range("the radius");
  KARYO_TRY(const Box3 own, box_to_change(labels, object, rule));
  const Box3 box = own.padded(reach_of(radius, grid, plane, labels.shape()))
                       .clipped_to(Box3::of_shape(labels.shape()));
  const Mask mask = object_mask(labels, object.id, box);
  const Array3<float> distance = euclidean_distance(inverse(mask).view(), grid, plane);
  const LabelArray now = labels.to_dense(box);
  Mask added(box.shape());
  for (std::int64_t i = 0; i < added.count(); ++i) {
    const bool near = distance.data()[i] > 0 && distance.data()[i] <= radius * kRounding;
    added.data()[i] = near && rule.allows(now.data()[i], object.id) ? 1 : 0;
  }
  drop_what_is_apart(mask, added);
  Changes changes(writer);
  changes.set_mask(added, box.begin, object.id, [](std::uint32_t) { return true; });
  return changes.box();
}

Result<Box3> erode_object(LabelWriter& writer, const LabelVolume& labels, const ObjectAt& object,
                          const VoxelGrid& grid, double radius, std::optional<Plane> plane,
                          const PaintRule& rule) {
  if (!(radius > 0 && std::isfinite(radius))) return out_of_range("the radius");
  KARYO_TRY(const Box3 own, box_to_change(labels, object, rule));
  const Box3 box = own.padded({1, 1, 1}).clipped_to(Box3::of_shape(labels.shape()));
  const Mask mask = object_mask(labels, object.id, box);
  const Array3<float> distance = euclidean_distance(mask.view(), grid, plane);
  Mask gone(box.shape()), left(box.shape());
  for (std::int64_t i = 0; i < mask.count(); ++i) {
    const bool near = distance.data()[i] <= radius * kRounding;
    (near ? gone : left).data()[i] = mask.data()[i];
  }
  if (!any(left)) return would_vanish(object.id);
  Changes changes(writer);
  take_away(changes, gone, box.begin, object.id);
  return changes.box();
}

Result<MovedObject> move_object(LabelWriter& writer, const LabelVolume& labels,
                                const ObjectAt& object, const Index3& by, const PaintRule& rule) {
  KARYO_TRY(const Box3 box, box_to_change(labels, object, rule));
  const Box3 all = Box3::of_shape(labels.shape());
  const Mask mask = object_mask(labels, object.id, box);
  Mask place(box.shape());
  MovedObject moved;
  for (std::int64_t z = 0; z < place.shape().z; ++z) {
    for (std::int64_t y = 0; y < place.shape().y; ++y) {
      for (std::int64_t x = 0; x < place.shape().x; ++x) {
        if (mask(z, y, x) == 0) continue;
        const Index3 to = box.begin + Index3{z, y, x} + by;
        const std::uint32_t now = all.contains(to) ? labels.at(to) : kIgnoredLabel;
        const bool goes = now == object.id || (now == 0 && rule.allows(0, object.id));
        place(z, y, x) = goes ? 1 : 0;
        moved.lost += goes ? 0 : 1;
      }
    }
  }
  if (!any(place)) return would_vanish(object.id);
  if (by == Index3{}) return moved;
  Changes changes(writer);
  take_away(changes, mask, box.begin, object.id);
  changes.set_mask(place, box.begin + by, object.id, [](std::uint32_t) { return true; });
  moved.box = changes.box();
  return moved;
}

Result<Box3> smooth_objects(LabelWriter& writer, const LabelVolume& labels, const ObjectAt& object,
                            const VoxelGrid& grid, double sigma, std::optional<Plane> plane,
                            const PaintRule& rule) {
  PerAxis voxels;
  for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
    if (plane && normal_axis(*plane) == axis) continue;
    const double along_axis = sigma / spacing_along(grid, axis);
    if (!(along_axis > 0 && along_axis <= kMostSigma)) return out_of_range("the smoothing");
    (axis == Axis::kZ ? voxels.z : axis == Axis::kY ? voxels.y : voxels.x) = along_axis;
  }
  KARYO_TRY(const std::vector<ObjectAt> objects, objects_to_change(labels, object, rule));
  const Index3 reach =
      reach_of(kGaussianReach * sigma, grid, plane, labels.shape()) + Index3{1, 1, 1};
  Changes changes(writer);
  for (const ObjectAt& one : objects) {
    const Box3 box = one.within.padded(reach).clipped_to(Box3::of_shape(labels.shape()));
    const Mask mask = object_mask(labels, one.id, box);
    Array3<float> values(box.shape());
    std::copy(mask.begin(), mask.end(), values.begin());
    // At the image's border it is mirrored; elsewhere the margin is all 0.
    blur(values, voxels);
    Mask gone(box.shape()), added(box.shape()), left(box.shape());
    for (std::int64_t i = 0; i < mask.count(); ++i) {
      const bool inside = values.data()[i] >= 0.5F;
      if (mask.data()[i] == 0) {
        added.data()[i] = inside ? 1 : 0;
      } else {
        (inside ? left : gone).data()[i] = 1;
      }
    }
    if (!any(left)) {
      if (object.id != 0) return would_vanish(one.id);
      continue;
    }
    take_away(changes, gone, box.begin, one.id);
    changes.set_mask(added, box.begin, one.id,
                     [&](std::uint32_t now) { return rule.allows(now, one.id); });
  }
  return changes.box();
}

Result<Box3> fill_object_holes(LabelWriter& writer, const LabelVolume& labels,
                               const ObjectAt& object, std::optional<Plane> plane,
                               const PaintRule& rule) {
  KARYO_TRY(const std::vector<ObjectAt> objects, objects_to_change(labels, object, rule));
  const std::optional<Plane> slices = plane_of_holes(labels.shape(), plane);
  Index3 margin{1, 1, 1};
  if (slices) coordinate(margin, normal_axis(*slices)) = 0;
  Changes changes(writer);
  for (const ObjectAt& one : objects) {
    const Box3 box = one.within.padded(margin);
    const Holes holes = find_holes(object_mask(labels, one.id, box), slices);
    if (holes.count == 0) continue;
    changes.set_mask(holes.mask, box.begin, one.id,
                     [&](std::uint32_t now) { return rule.allows(now, one.id); });
  }
  return changes.box();
}

}  // namespace karyo
