#pragma once

/// Where a person would click on each nucleus of a plane.

#include <algorithm>
#include <map>
#include <utility>

#include "core/labels/label_rois.h"

namespace karyo::test {

/// Where a nucleus is thickest: the middle of the first largest square within it.
inline std::map<std::uint32_t, Index3> deepest_points(const LabelArray& labels) {
  const Index3 shape = labels.shape();
  Array3<int> side(shape);
  std::map<std::uint32_t, std::pair<int, Index3>> best;
  for (std::int64_t y = 0; y < shape.y; ++y) {
    for (std::int64_t x = 0; x < shape.x; ++x) {
      const std::uint32_t id = labels(0, y, x);
      if (id == 0) continue;
      const bool inner = y > 0 && x > 0 && labels(0, y - 1, x) == id && labels(0, y, x - 1) == id &&
                         labels(0, y - 1, x - 1) == id;
      side(0, y, x) =
          inner ? 1 + std::min({side(0, y - 1, x), side(0, y, x - 1), side(0, y - 1, x - 1)}) : 1;
      auto& [largest, place] = best[id];
      if (side(0, y, x) > largest) {
        largest = side(0, y, x);
        place = {0, y - largest / 2, x - largest / 2};
      }
    }
  }
  std::map<std::uint32_t, Index3> places;
  for (const auto& [id, found] : best) places[id] = found.second;
  return places;
}

}  // namespace karyo::test
