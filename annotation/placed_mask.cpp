#include "annotation/placed_mask.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace karyo {
namespace {

constexpr std::uint8_t kChosen = 255;
constexpr std::uint8_t kReached = 1;
/// Marks the voxels of value `from` that hang together, by faces, with one of `open` as reached: by
/// whole runs of rows.
void reach(Mask& mask, std::vector<Index3> open, std::uint8_t from) {
  const Index3 shape = mask.shape();
  // Asks for the runs of the row (z, y) that touch [begin, end).
  const auto look = [&](std::int64_t z, std::int64_t y, std::int64_t begin, std::int64_t end) {
    if (z < 0 || y < 0 || z >= shape.z || y >= shape.y) return;
    const std::uint8_t* row = &mask(z, y, 0);
    for (std::int64_t x = begin; x < end; ++x) {
      const void* next = std::memchr(row + x, from, static_cast<std::size_t>(end - x));
      if (next == nullptr) return;
      x = static_cast<const std::uint8_t*>(next) - row;
      open.push_back({z, y, x});
      while (x < end && row[x] == from) ++x;
    }
  };
  while (!open.empty()) {
    const Index3 p = open.back();
    open.pop_back();
    std::uint8_t* row = &mask(p.z, p.y, 0);
    if (row[p.x] != from) continue;
    std::int64_t begin = p.x, end = p.x + 1;
    while (begin > 0 && row[begin - 1] == from) --begin;
    while (end < shape.x && row[end] == from) ++end;
    std::fill(row + begin, row + end, kReached);
    for (const std::int64_t by : {-1, 1}) {
      look(p.z, p.y + by, begin, end);
      look(p.z + by, p.y, begin, end);
    }
  }
}

void make_even(Mask& mask) {
  for (std::uint8_t& voxel : mask) voxel = voxel != 0 ? kChosen : 0;
}

}  // namespace

PlacedMask united(std::vector<PlacedMask> masks) {
  if (masks.size() == 1) return std::move(masks.front());
  Box3 box;
  for (const PlacedMask& mask : masks) box = box.united_with(mask.box());
  PlacedMask all{Mask(box.shape()), box.begin};
  for (const PlacedMask& mask : masks) {
    const Index3 shape = mask.voxels.shape(), first = mask.origin - box.begin;
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        const std::uint8_t* from = &mask.voxels(z, y, 0);
        std::uint8_t* to = &all.voxels(first.z + z, first.y + y, first.x);
        for (std::int64_t x = 0; x < shape.x; ++x) to[x] |= from[x];
      }
    }
  }
  return all;
}

Box3 write_mask(LabelWriter& writer, const LabelVolume& labels, const PlacedMask& mask,
                std::uint32_t label, const PaintRule& rule) {
  Box3 changed;
  const Box3 box = mask.box().clipped_to(Box3::of_shape(labels.shape()));
  if (box.empty()) return changed;
  const auto may = [&](std::uint32_t now) { return rule.allows(now, label); };
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      const std::uint8_t* row = &mask.voxels(z - mask.origin.z, y - mask.origin.y, 0);
      const auto chosen = [&](std::int64_t x) { return row[x - mask.origin.x] != 0; };
      for (std::int64_t x = box.begin.x; x < box.end.x;) {
        if (!chosen(x)) {
          ++x;
          continue;
        }
        std::int64_t end = x;
        while (end < box.end.x && chosen(end)) ++end;
        const auto [first, last] = writer.set_row({z, y, x}, end - x, label, may);
        if (first < last) changed = changed.united_with({{z, y, first}, {z + 1, y + 1, last}});
        x = end;
      }
    }
  }
  return changed;
}

void keep_connected(Mask& mask, const Index3& seed) {
  make_even(mask);
  if (Box3::of_shape(mask.shape()).contains(seed)) reach(mask, {seed}, kChosen);
  for (std::uint8_t& voxel : mask) voxel = voxel == kReached ? kChosen : 0;
}

void fill_enclosed(Mask& mask) {
  make_even(mask);
  const Index3 shape = mask.shape();
  std::vector<Index3> border;
  const auto at_end = [](std::int64_t i, std::int64_t extent) {
    return extent > 1 && (i == 0 || i == extent - 1);
  };
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const bool whole = at_end(z, shape.z) || at_end(y, shape.y);
      for (std::int64_t x = 0; x < shape.x;) {
        if ((whole || at_end(x, shape.x)) && mask(z, y, x) == 0) border.push_back({z, y, x});
        // Of a run its first is enough; within rows there are the ends alone.
        if (whole) {
          while (x + 1 < shape.x && mask(z, y, x) == 0 && mask(z, y, x + 1) == 0) ++x;
          ++x;
        } else {
          x = x == 0 && shape.x > 1 ? shape.x - 1 : shape.x;
        }
      }
    }
  }
  reach(mask, std::move(border), 0);
  for (std::uint8_t& voxel : mask) voxel = voxel == kReached ? 0 : kChosen;
}

}  // namespace karyo
