#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "annotation/index_axis.h"
#include "annotation/split.h"
#include "annotation/split_parts.h"
#include "annotation/spread.h"
#include "core/segment/particles.h"

namespace karyo {
namespace {

/// Beyond, a place is a mistake and no stroke across an image.
constexpr double kFarOutside = 1e6;

/// Voxels (horizontal, vertical) that a path passes through, without steps across corners: what
/// touches by corners alone is separated, too.
using PathVoxels = std::set<std::pair<std::int64_t, std::int64_t>>;

void add_segment(PathVoxels& voxels, const PointF& a, const PointF& b) {
  const auto cell = [](double place) { return static_cast<std::int64_t>(std::floor(place)); };
  std::int64_t x = cell(a.x), y = cell(a.y);
  const std::int64_t last_x = cell(b.x), last_y = cell(b.y);
  const double dx = b.x - a.x, dy = b.y - a.y;
  const std::int64_t step_x = dx < 0 ? -1 : 1, step_y = dy < 0 ? -1 : 1;
  // Part of the way to the next edge between voxels along each axis.
  const auto part = [](std::int64_t from, std::int64_t step, double start, double length) {
    return (static_cast<double>(step > 0 ? from + 1 : from) - start) / length;
  };
  voxels.emplace(x, y);
  while (x != last_x || y != last_y) {
    const bool go_x =
        y == last_y || (x != last_x && part(x, step_x, a.x, dx) <= part(y, step_y, a.y, dy));
    (go_x ? x : y) += go_x ? step_x : step_y;
    voxels.emplace(x, y);
  }
}

Result<PathVoxels> voxels_of(const PathF& path) {
  const auto near = [](const PointF& p) {
    return std::abs(p.x) < kFarOutside && std::abs(p.y) < kFarOutside;
  };
  if (path.empty() || !std::all_of(path.begin(), path.end(), near)) {
    return Error(ErrorCode::kInvalidArgument, "the stroke is empty or far outside the image",
                 "Draw it across an object.");
  }
  PathVoxels voxels;
  add_segment(voxels, path.front(), path.front());
  for (std::size_t i = 1; i < path.size(); ++i) add_segment(voxels, path[i - 1], path[i]);
  return voxels;
}

/// The object's mask cut by the stroke: a number for each part of a piece that falls apart, and 0
/// elsewhere. `on_stroke` is part of `mask`.
LabelArray parts_of(const Mask& mask, const Mask& on_stroke) {
  Mask rest = mask;
  for (std::int64_t i = 0; i < mask.count(); ++i) {
    if (on_stroke.data()[i] != 0) rest.data()[i] = 0;
  }
  // Both count by corners; without options that have no meaning in 3D there are no errors.
  const Particles pieces = *label_objects(mask.view(), {});
  Particles parts = *label_objects(rest.view(), {});
  std::vector<std::set<std::uint32_t>> parts_of_piece(pieces.particles.size() + 1);
  for (std::int64_t i = 0; i < mask.count(); ++i) {
    const std::uint32_t part = parts.labels.data()[i];
    if (part != 0) parts_of_piece[pieces.labels.data()[i]].insert(part);
  }
  Mask apart(mask.shape());
  for (std::int64_t i = 0; i < mask.count(); ++i) {
    const bool falls = parts_of_piece[pieces.labels.data()[i]].size() > 1;
    apart.data()[i] = falls ? 1 : 0;
    if (!falls) parts.labels.data()[i] = 0;
  }
  spread(parts.labels, apart, 0, [](double so_far, const Index3& from, const Index3& to) {
    return so_far + step_length(from, to, {});
  });
  return std::move(parts.labels);
}

/// The smallest box that holds all pieces of an object that reach into `start`, and perhaps more:
/// one that grows until the object does not go on beyond it. Empty when there are none.
Box3 box_of_pieces(const LabelVolume& labels, std::uint32_t id, const Box3& start,
                   const Box3& limit) {
  Box3 box = start.clipped_to(limit);
  for (std::int64_t reach = kTileSide; !box.empty(); reach *= 2) {
    const Box3 wide = box.padded({reach, reach, reach}).clipped_to(limit);
    const Box3 found = object_box(labels, {id, wide});
    if (found.empty() || found.padded({1, 1, 1}).clipped_to(limit).united_with(wide) == wide) {
      return found;
    }
    box = box.united_with(found);
  }
  return box;
}

/// The part of a box in one slice.
Box3 slice_of(Box3 box, Axis normal, std::int64_t depth) {
  coordinate(box.begin, normal) = std::max(along(box.begin, normal), depth);
  coordinate(box.end, normal) = std::min(along(box.end, normal), depth + 1);
  return box;
}

}  // namespace

Result<ObjectChange> cut_along(LabelWriter& writer, const LabelVolume& labels,
                               const ObjectAt& object, const CutStroke& stroke,
                               std::uint32_t new_id, const PaintRule& rule) {
  KARYO_TRY(const PathVoxels path, voxels_of(stroke.path));
  const Axis normal = normal_axis(stroke.plane);
  const Axis across = horizontal_axis(stroke.plane), down = vertical_axis(stroke.plane);
  const Box3 all = Box3::of_shape(labels.shape());
  const Box3 slice = slice_of(all, normal, stroke.depth);
  const auto voxel_at_depth = [&](const auto& place, std::int64_t depth) {
    Index3 p;
    coordinate(p, across) = place.first;
    coordinate(p, down) = place.second;
    coordinate(p, normal) = depth;
    return p;
  };

  std::vector<ObjectAt> objects{object};
  if (object.id == 0) {
    std::set<std::uint32_t> ids;
    for (const auto& place : path) {
      const Index3 p = voxel_at_depth(place, stroke.depth);
      if (slice.contains(p)) ids.insert(labels.at(p));
    }
    objects.clear();
    for (const std::uint32_t id : ids) {
      if (id != 0 && id != kIgnoredLabel && may_change(rule, id)) objects.push_back({id});
    }
  }

  // Where the stroke may cut, as a box.
  Box3 stroke_box;
  for (const auto& place : path) {
    const Index3 p = voxel_at_depth(place, stroke.depth);
    stroke_box = stroke_box.united_with({p, p + Index3{1, 1, 1}});
  }
  Box3 limit = slice;
  if (stroke.whole_stack) {
    limit = all;
    coordinate(stroke_box.begin, normal) = 0;
    coordinate(stroke_box.end, normal) = along(all.end, normal);
  }

  FreeIds free_ids(labels, new_id);
  ObjectChange change;
  for (const ObjectAt& cut : objects) {
    KARYO_CHECK_OK(check_may_change(rule, cut.id));
    const Box3 box = cut.within.empty()
                         ? box_of_pieces(labels, cut.id, stroke_box, limit)
                         : object_box(labels, {cut.id, cut.within.clipped_to(limit)});
    if (box.empty()) continue;
    const Mask mask = object_mask(labels, cut.id, box);
    Mask on_stroke(box.shape());
    for (const auto& place : path) {
      for (std::int64_t depth = along(box.begin, normal); depth < along(box.end, normal); ++depth) {
        const Index3 p = voxel_at_depth(place, depth);
        if (!box.contains(p)) continue;
        const Index3 at = p - box.begin;
        on_stroke(at.z, at.y, at.x) = mask(at.z, at.y, at.x);
      }
    }
    KARYO_CHECK_OK(make_objects_of_parts(writer, parts_of(mask, on_stroke), box.begin, cut.id,
                                         free_ids, change));
  }
  return change;
}

}  // namespace karyo
