#include "annotation/interpolate.h"

#include <algorithm>
#include <string>
#include <vector>

#include "annotation/index_axis.h"
#include "annotation/label_runs.h"
#include "annotation/object_crop.h"
#include "core/segment/distance.h"

namespace karyo {
namespace {

Box3 slice_of(Box3 box, Axis normal, std::int64_t depth) {
  coordinate(box.begin, normal) = depth;
  coordinate(box.end, normal) = depth + 1;
  return box;
}

/// An object's outline in one slice. The box has a margin in the slice, beyond the image too, so
/// that there is always an outside.
Array3<float> signed_distance(const Mask& mask, const VoxelGrid& grid) {
  Mask outside(mask.shape());
  for (std::int64_t i = 0; i < mask.count(); ++i) {
    outside.data()[i] = mask.data()[i] == 0 ? 1 : 0;
  }
  Array3<float> distance = euclidean_distance(mask.view(), grid);
  const Array3<float> to_object = euclidean_distance(outside.view(), grid);
  for (std::int64_t i = 0; i < mask.count(); ++i) distance.data()[i] -= to_object.data()[i];
  return distance;
}

}  // namespace

Result<Box3> interpolate_slices(LabelWriter& writer, const LabelVolume& labels,
                                const ObjectAt& object, Plane plane, const VoxelGrid& grid,
                                const PaintRule& rule) {
  KARYO_TRY(const Box3 box, box_to_change(labels, object, rule));
  const Axis normal = normal_axis(plane);
  Index3 margin{1, 1, 1};
  coordinate(margin, normal) = 0;
  const Box3 wide = box.padded(margin);
  const auto mask_at = [&](std::int64_t depth) {
    return object_mask(labels, object.id, slice_of(wide, normal, depth));
  };
  const auto drawn = [](const Mask& mask) {
    return std::any_of(mask.begin(), mask.end(), [](std::uint8_t voxel) { return voxel != 0; });
  };
  const auto may = [&](std::uint32_t now) { return now == 0 && rule.allows(now, object.id); };

  Changes changes(writer);
  // The object's box begins and ends with a drawn slice.
  std::int64_t last = along(box.begin, normal);
  Mask last_mask = mask_at(last);
  for (std::int64_t next = last + 1; next < along(box.end, normal); ++next) {
    Mask next_mask = mask_at(next);
    if (!drawn(next_mask)) continue;
    if (next > last + 1) {
      const Array3<float> before = signed_distance(last_mask, grid);
      const Array3<float> after = signed_distance(next_mask, grid);
      for (std::int64_t depth = last + 1; depth < next; ++depth) {
        Mask between(before.shape());
        const auto to_next = static_cast<double>(next - depth);
        const auto to_last = static_cast<double>(depth - last);
        for (std::int64_t i = 0; i < between.count(); ++i) {
          const double distance = to_next * before.data()[i] + to_last * after.data()[i];
          between.data()[i] = distance >= 0 ? 1 : 0;
        }
        const Box3 slice = slice_of(wide, normal, depth);
        // Not beyond the object's box: there both outlines are outside.
        changes.set_mask(between, slice.begin, object.id, may);
      }
    }
    last = next;
    last_mask = std::move(next_mask);
  }
  return changes.box();
}

Result<Box3> copy_to_slice(LabelWriter& writer, const LabelVolume& labels, const ObjectAt& object,
                           Plane plane, std::int64_t from, std::int64_t to, const PaintRule& rule) {
  const Axis normal = normal_axis(plane);
  const Box3 all = Box3::of_shape(labels.shape());
  for (const std::int64_t depth : {from, to}) {
    if (depth < 0 || depth >= along(all.end, normal)) {
      return Error(ErrorCode::kInvalidArgument, "there is no slice " + std::to_string(depth + 1),
                   "Choose one of the stack's.");
    }
  }
  Box3 source = slice_of(all, normal, from);
  if (object.id != 0) {
    Box3 within = object.within.empty() ? all : object.within;
    within = within.clipped_to(source);
    if (within.empty()) within = source;
    KARYO_TRY(source, box_to_change(labels, {object.id, within}, rule));
  }
  struct Run {
    Index3 begin;
    std::int64_t end_x;
    std::uint32_t id;
  };
  std::vector<Run> runs;
  for_each_run(labels, source, [&](Index3 begin, std::int64_t end_x, std::uint32_t id) {
    const bool wanted =
        object.id == 0 ? id != kIgnoredLabel && may_change(rule, id) : id == object.id;
    if (wanted) runs.push_back({begin, end_x, id});
  });
  Changes changes(writer);
  for (const Run& run : runs) {
    Index3 p = run.begin;
    const std::int64_t count = run.end_x - p.x;
    coordinate(p, normal) = to;
    changes.set_row(p, count, run.id,
                    [&](std::uint32_t now) { return now == 0 && rule.allows(now, run.id); });
  }
  return changes.box();
}

}  // namespace karyo
