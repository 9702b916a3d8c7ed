#pragma once

/// Which pixels a polygon covers: those whose centre is inside, as ImageJ fills regions.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace karyo {

/// A point in pixel-corner coordinates: the centre of pixel (x, y) is (x + 0.5, y + 0.5).
struct PointF {
  double x = 0, y = 0;
  friend bool operator==(const PointF&, const PointF&) = default;
};
using PathF = std::vector<PointF>;

/// Calls span(y, x_begin, x_end) for the covered pixels of each row, clipped to [0, height) and
/// [0, width), top to bottom. Paths are closed and taken together by the even-odd rule, so a path
/// inside another is a hole. A centre exactly on an edge counts as inside where the region lies to
/// its left or above. Points must be finite.
void fill_paths(std::span<const PathF> paths, std::int64_t height, std::int64_t width,
                const std::function<void(std::int64_t, std::int64_t, std::int64_t)>& span);

}  // namespace karyo
