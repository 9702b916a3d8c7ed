#include "core/segment/binary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace karyo {
namespace {

/// Foreground where at least one pixel of the 3 x 3 neighbourhood is (`any`), or where all are.
Mask neighbourhood(MaskView mask, bool any) {
  const Index3 shape = mask.shape();
  Mask out(shape);
  std::vector<std::uint8_t> rows(static_cast<std::size_t>(shape.x) + 2);
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      // Foreground pixels among three in a column, then among three columns.
      std::fill(rows.begin(), rows.end(), std::uint8_t{0});
      for (std::int64_t near = std::max<std::int64_t>(0, y - 1);
           near <= std::min(shape.y - 1, y + 1); ++near) {
        const std::uint8_t* in = mask.row(z, near);
        for (std::int64_t x = 0; x < shape.x; ++x) {
          rows[static_cast<std::size_t>(x) + 1] += in[x] != 0 ? 1 : 0;
        }
      }
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const auto at = static_cast<std::size_t>(x);
        const int count = rows[at] + rows[at + 1] + rows[at + 2];
        out(z, y, x) = (any ? count > 0 : count == 9) ? 255 : 0;
      }
    }
  }
  return out;
}

struct Point {
  std::int32_t x = -1, y = -1;
  bool known() const { return x >= 0; }
};

/// One plane's squared distances. Each pass carries the nearest background point found so far from
/// the row before and from the pixel before.
void propagate_row(const std::uint8_t* mask, float* squared, std::vector<Point>& nearest,
                   std::int32_t y, std::int32_t width, bool leftwards) {
  Point before, diagonal;
  for (std::int32_t i = 0; i < width; ++i) {
    const std::int32_t x = leftwards ? width - 1 - i : i;
    Point& here = nearest[static_cast<std::size_t>(x)];
    const Point above = here;
    if (mask[x] == 0) {
      here = {x, y};
      squared[x] = 0;
    } else {
      double least = std::numeric_limits<double>::infinity();
      for (const Point& candidate : {above, diagonal, before}) {
        if (!candidate.known()) continue;
        const double dx = x - candidate.x, dy = y - candidate.y;
        const double distance = dx * dx + dy * dy;
        if (distance < least) {
          least = distance;
          here = candidate;
        }
      }
      squared[x] = std::min(squared[x], static_cast<float>(least));
    }
    before = here;
    diagonal = above;
  }
}

}  // namespace

Mask dilate(MaskView mask) { return neighbourhood(mask, true); }
Mask erode(MaskView mask) { return neighbourhood(mask, false); }
Mask open(MaskView mask) { return dilate(erode(mask).view()); }
Mask close(MaskView mask) { return erode(dilate(mask).view()); }

Mask fill_holes(MaskView mask) {
  const Index3 shape = mask.shape();
  Mask out(shape, 255);
  std::vector<std::pair<std::int64_t, std::int64_t>> stack;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    const auto reach = [&](std::int64_t y, std::int64_t x) {
      if (y < 0 || x < 0 || y >= shape.y || x >= shape.x) return;
      if (out(z, y, x) == 0 || mask(z, y, x) != 0) return;
      out(z, y, x) = 0;
      stack.emplace_back(y, x);
    };
    for (std::int64_t y = 0; y < shape.y; ++y) {
      reach(y, 0);
      reach(y, shape.x - 1);
    }
    for (std::int64_t x = 0; x < shape.x; ++x) {
      reach(0, x);
      reach(shape.y - 1, x);
    }
    while (!stack.empty()) {
      const auto [y, x] = stack.back();
      stack.pop_back();
      reach(y, x - 1);
      reach(y, x + 1);
      reach(y - 1, x);
      reach(y + 1, x);
    }
  }
  return out;
}

Array3<float> distance_map(MaskView mask) {
  const Index3 shape = mask.shape();
  const auto height = static_cast<std::int32_t>(shape.y);
  const auto width = static_cast<std::int32_t>(shape.x);
  Array3<float> distances(shape, std::numeric_limits<float>::infinity());
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (const bool upwards : {false, true}) {
      std::vector<Point> rightward(static_cast<std::size_t>(width)), leftward(rightward);
      for (std::int32_t i = 0; i < height; ++i) {
        const std::int32_t y = upwards ? height - 1 - i : i;
        float* row = &distances(z, y, 0);
        propagate_row(mask.row(z, y), row, rightward, y, width, false);
        propagate_row(mask.row(z, y), row, leftward, y, width, true);
      }
    }
  }
  for (float& distance : distances) distance = std::sqrt(distance);
  return distances;
}

}  // namespace karyo
