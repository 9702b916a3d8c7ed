#include "models/stardist/pointed_object.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/stardist/rasterize.h"

namespace karyo::stardist {
namespace {

/// Corners are taken in turn; even-odd, as polygons of stars do not cross themselves.
bool holds(const std::vector<std::array<float, 2>>& polygon, float y, float x) {
  bool inside = false;
  for (std::size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
    const auto& [yi, xi] = polygon[i];
    const auto& [yj, xj] = polygon[j];
    if ((yi > y) != (yj > y) && x < (xj - xi) * (y - yi) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

}  // namespace

std::optional<std::size_t> candidate_at(const Candidates& candidates, float y, float x) {
  const auto rays = static_cast<std::size_t>(candidates.rays);
  std::optional<std::size_t> found;
  float best = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates.prob[i] <= best) continue;
    const float away = std::hypot(candidates.points[i][0] - y, candidates.points[i][1] - x);
    const float* const distances = candidates.distances(i);
    const float radius = std::reduce(distances, distances + rays) / static_cast<float>(rays);
    const float worth = candidates.prob[i] * (1 - away / radius);
    if (worth <= best || !holds(polygon_of(candidates, i), y, x)) continue;
    best = worth;
    found = i;
  }
  return found;
}

DrawnPolygon draw_polygon(const Candidates& candidates, std::size_t i, std::int64_t height,
                          std::int64_t width) {
  Candidates one;
  one.rays = candidates.rays;
  one.add(candidates, i);
  const auto polygon = polygon_of(one, 0);
  struct Span {
    std::int64_t begin, end;  // pixels; as many as are in the image
  };
  const auto span = [&polygon](std::size_t axis, std::int64_t extent) {
    float low = polygon.front()[axis], high = low;
    for (const auto& corner : polygon) {
      low = std::min(low, corner[axis]);
      high = std::max(high, corner[axis]);
    }
    const auto most = static_cast<float>(extent);
    return Span{static_cast<std::int64_t>(std::clamp(std::floor(low), 0.0F, most)),
                static_cast<std::int64_t>(std::clamp(std::ceil(high) + 1, 0.0F, most))};
  };
  const Span rows = span(0, height), columns = span(1, width);
  DrawnPolygon drawn{{}, rows.begin, columns.begin};
  if (rows.begin >= rows.end || columns.begin >= columns.end) return drawn;
  one.points[0][0] -= static_cast<float>(rows.begin);
  one.points[0][1] -= static_cast<float>(columns.begin);
  const Index3 shape{1, rows.end - rows.begin, columns.end - columns.begin};
  const LabelArray label = render_2d(one, shape);
  drawn.pixels = Mask(shape);
  std::transform(label.begin(), label.end(), drawn.pixels.begin(),
                 [](std::uint32_t id) { return static_cast<std::uint8_t>(id != 0 ? 1 : 0); });
  return drawn;
}

}  // namespace karyo::stardist
