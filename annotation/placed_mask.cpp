#include "annotation/placed_mask.h"

#include <array>
#include <utility>
#include <vector>

namespace karyo {
namespace {

constexpr std::uint8_t kChosen = 255;
constexpr std::uint8_t kReached = 1;
constexpr std::array kSteps{Index3{1, 0, 0},  Index3{0, 1, 0},  Index3{0, 0, 1},
                            Index3{-1, 0, 0}, Index3{0, -1, 0}, Index3{0, 0, -1}};

/// Marks the voxels of value `from` that hang together with one of `open` as reached.
void reach(Mask& mask, std::vector<Index3> open, std::uint8_t from) {
  const Box3 all = Box3::of_shape(mask.shape());
  const auto mark = [&](const Index3& p) {
    if (!all.contains(p) || mask(p.z, p.y, p.x) != from) return false;
    mask(p.z, p.y, p.x) = kReached;
    return true;
  };
  std::erase_if(open, [&](const Index3& p) { return !mark(p); });
  while (!open.empty()) {
    const Index3 p = open.back();
    open.pop_back();
    for (const Index3& step : kSteps) {
      if (mark(p + step)) open.push_back(p + step);
    }
  }
}

void make_even(Mask& mask) {
  for (std::uint8_t& voxel : mask) voxel = voxel != 0 ? kChosen : 0;
}

}  // namespace

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
  reach(mask, {seed}, kChosen);
  for (std::uint8_t& voxel : mask) voxel = voxel == kReached ? kChosen : 0;
}

void fill_enclosed(Mask& mask) {
  make_even(mask);
  const Index3 shape = mask.shape();
  std::vector<Index3> border;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const auto at_end = [](std::int64_t i, std::int64_t extent) {
          return extent > 1 && (i == 0 || i == extent - 1);
        };
        if (at_end(z, shape.z) || at_end(y, shape.y) || at_end(x, shape.x)) {
          border.push_back({z, y, x});
        }
      }
    }
  }
  reach(mask, std::move(border), 0);
  for (std::uint8_t& voxel : mask) voxel = voxel == kReached ? 0 : kChosen;
}

}  // namespace karyo
