#include "annotation/object_crop.h"

#include <algorithm>
#include <string>

#include "core/labels/object_stats.h"

namespace karyo {
namespace {

Box3 box_of_voxel(Index3 p) {
  return {p, p + Index3{1, 1, 1}};
}

/// Grows the box by what a tile holds of the object within `limit`.
Box3 with_tile(const LabelVolume& labels, std::int64_t number, std::uint32_t id, const Box3& limit,
               Box3 box) {
  const TilePointer& tile = labels.tile(number);
  if (!tile) return box;
  const TileIds& ids = tile->ids();
  if (std::find(ids.begin(), ids.end(), id) == ids.end()) return box;
  const Box3 part = labels.box_of_tile(number).clipped_to(limit);
  for (std::int64_t y = part.begin.y; y < part.end.y; ++y) {
    const auto row = ids.begin() + (y % kTileSide) * kTileSide;
    const std::int64_t left = part.begin.x / kTileSide * kTileSide;
    const auto begin = row + (part.begin.x - left), end = row + (part.end.x - left);
    const auto first = std::find(begin, end, id);
    if (first == end) continue;
    auto last = end - 1;
    while (*last != id) --last;
    box = box.united_with(box_of_voxel({part.begin.z, y, left + (first - row)}));
    box = box.united_with(box_of_voxel({part.begin.z, y, left + (last - row)}));
  }
  return box;
}

}  // namespace

Box3 object_box(const LabelVolume& labels, const ObjectAt& object) {
  const Box3 all = Box3::of_shape(labels.shape());
  const Box3 limit = object.within.empty() ? all : object.within.clipped_to(all);
  Box3 box;
  if (object.id == 0 || limit.empty()) return box;
  for (std::int64_t z = limit.begin.z; z < limit.end.z; ++z) {
    for (std::int64_t y = limit.begin.y; y < limit.end.y; y = (y / kTileSide + 1) * kTileSide) {
      for (std::int64_t x = limit.begin.x; x < limit.end.x; x = (x / kTileSide + 1) * kTileSide) {
        box = with_tile(labels, labels.tile_number({z, y, x}), object.id, limit, box);
      }
    }
  }
  return box;
}

std::vector<ObjectAt> all_objects(const LabelVolume& labels) {
  std::vector<ObjectAt> objects;
  for (const auto& [id, stats] : object_stats(labels)) objects.push_back({id, stats.box});
  std::sort(objects.begin(), objects.end(),
            [](const ObjectAt& a, const ObjectAt& b) { return a.id < b.id; });
  return objects;
}

bool may_change(const PaintRule& rule, std::uint32_t id) {
  if (rule.over == PaintOver::kInside && rule.inside != id) return false;
  return !std::binary_search(rule.locked.begin(), rule.locked.end(), id);
}

Result<void> check_may_change(const PaintRule& rule, std::uint32_t id) {
  if (id == 0 || id == kIgnoredLabel) {
    return Error(ErrorCode::kInvalidArgument, "background and ignored regions are no objects",
                 "Choose an object.");
  }
  if (!may_change(rule, id)) {
    return Error(ErrorCode::kInvalidArgument,
                 "object " + std::to_string(id) + " is locked or outside the paint rule",
                 "Unlock it, or choose another paint rule.");
  }
  return {};
}

Result<Box3> box_to_change(const LabelVolume& labels, const ObjectAt& object,
                           const PaintRule& rule) {
  KARYO_CHECK_OK(check_may_change(rule, object.id));
  const Box3 box = object_box(labels, object);
  if (box.empty()) {
    return Error(ErrorCode::kNotFound, "there is no object " + std::to_string(object.id),
                 "Choose one that the labels hold.");
  }
  return box;
}

Result<std::vector<ObjectAt>> objects_to_change(const LabelVolume& labels, const ObjectAt& object,
                                                const PaintRule& rule) {
  if (object.id == 0) {
    std::vector<ObjectAt> objects = all_objects(labels);
    std::erase_if(objects, [&](const ObjectAt& one) { return !may_change(rule, one.id); });
    return objects;
  }
  KARYO_TRY(const Box3 box, box_to_change(labels, object, rule));
  return std::vector<ObjectAt>{{object.id, box}};
}

Mask object_mask(const LabelVolume& labels, std::uint32_t id, const Box3& box) {
  Mask mask(box.shape());
  const Box3 inside = box.clipped_to(Box3::of_shape(labels.shape()));
  if (inside.empty()) return mask;
  const LabelArray ids = labels.to_dense(inside);
  const Index3 shape = inside.shape(), by = inside.begin - box.begin;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const std::uint32_t* in = ids.view().row(z, y);
      std::uint8_t* out = mask.view().row(z + by.z, y + by.y) + by.x;
      for (std::int64_t x = 0; x < shape.x; ++x) out[x] = in[x] == id ? 1 : 0;
    }
  }
  return mask;
}

void Changes::replace(const Box3& box, std::uint32_t from, std::uint32_t to) {
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      set_row({z, y, box.begin.x}, box.shape().x, to,
              [from](std::uint32_t now) { return now == from; });
    }
  }
}

FreeIds::FreeIds(const LabelVolume& labels, std::uint32_t first)
    : next_(std::max<std::uint32_t>(first, 1)) {
  if (next_ >= labels.unused_id()) return;
  for (const ObjectAt& object : all_objects(labels)) {
    if (object.id >= next_) used_.push_back(object.id);
  }
}

Result<std::uint32_t> FreeIds::next() {
  while (passed_ < used_.size() && used_[passed_] == next_) {
    ++passed_;
    ++next_;
  }
  if (next_ == kIgnoredLabel) {
    return Error(ErrorCode::kTooLarge, "there is no number left for a new object",
                 "Renumber the objects.");
  }
  return next_++;
}

}  // namespace karyo
