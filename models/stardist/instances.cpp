#include "models/stardist/instances.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace karyo::stardist {

namespace {

/// One row of a map.
struct MapRow {
  const float* prob;
  const float* dist;
  std::int64_t column_stride, dist_column_stride, ray_stride;
};

/// Appends the row's candidates; point(x) makes the point of an image column.
template <int Axes, typename Point>
void add_row(const MapRow& row, std::int64_t first, std::int64_t last, std::int64_t origin,
             int step, std::int64_t image_width, float threshold, CandidatesOf<Axes>& found,
             const Point& point) {
  // The upper limit keeps a broken network's numbers within what integers hold.
  constexpr float kSmallestDistance = 1e-3f, kLargestDistance = 1e6f;
  for (std::int64_t j = first; j < last; ++j) {
    const float value = row.prob[j * row.column_stride];
    if (!(value > threshold)) continue;
    const std::int64_t x = origin + j * step;
    if (x >= image_width) break;
    found.prob.push_back(value);
    found.points.push_back(point(static_cast<float>(x)));
    const float* source = row.dist + j * row.dist_column_stride;
    for (int k = 0; k < found.rays; ++k) {
      // In this order NaN becomes the smallest.
      found.dist.push_back(
          std::min(std::max(kSmallestDistance, source[k * row.ray_stride]), kLargestDistance));
    }
  }
}

}  // namespace

Candidates select_candidates(const ProbabilityMap& prob, const DistanceMap& dist,
                             const CandidateRules& rules) {
  Candidates found;
  found.rays = dist.rays;
  for (std::int64_t i = rules.border.top; i < prob.height - rules.border.bottom; ++i) {
    const std::int64_t y = rules.origin_y + i * rules.grid.y;
    if (y >= rules.image_height) break;
    const MapRow row{prob.data + i * prob.row_stride, dist.data + i * dist.row_stride,
                     prob.column_stride, dist.column_stride, dist.ray_stride};
    add_row(row, rules.border.left, prob.width - rules.border.right, rules.origin_x, rules.grid.x,
            rules.image_width, rules.prob_threshold, found, [y](float x) {
              return Candidates::Point{static_cast<float>(y), x};
            });
  }
  return found;
}

Candidates3d select_candidates_3d(const VolumeMaps& maps, const CandidateRules3d& rules) {
  Candidates3d found;
  found.rays = maps.rays;
  const Index3 shape = maps.prob.shape();
  const Index3 first = rules.border_begin, last = shape - rules.border_end;
  for (std::int64_t h = first.z; h < last.z; ++h) {
    const std::int64_t z = rules.origin.z + h * rules.grid.z;
    if (z >= rules.image.z) break;
    for (std::int64_t i = first.y; i < last.y; ++i) {
      const std::int64_t y = rules.origin.y + i * rules.grid.y;
      if (y >= rules.image.y) break;
      const MapRow row{maps.prob.row(h, i),
                       maps.dist + h * maps.dist_strides.z + i * maps.dist_strides.y,
                       maps.prob.strides().x, maps.dist_strides.x, maps.ray_stride};
      add_row(row, first.x, last.x, rules.origin.x, static_cast<int>(rules.grid.x), rules.image.x,
              rules.prob_threshold, found, [z, y](float x) {
                return Candidates3d::Point{static_cast<float>(z), static_cast<float>(y), x};
              });
    }
  }
  return found;
}

std::vector<std::array<float, 2>> polygon_of(const Candidates& candidates, std::size_t i,
                                             double scale_y, double scale_x) {
  const double step = 2 * std::numbers::pi / candidates.rays;
  const float* distances = candidates.distances(i);
  const auto [center_y, center_x] = candidates.points[i];
  std::vector<std::array<float, 2>> polygon(static_cast<std::size_t>(candidates.rays));
  // Two loops: in one, compilers join sine and cosine to sincos(), whose last bit may differ.
  for (int k = 0; k < candidates.rays; ++k) {
    const auto offset = static_cast<float>(distances[k] * std::sin(k * step));
    // Rounded to float32 after each step, as numpy does in place.
    polygon[static_cast<std::size_t>(k)][0] =
        static_cast<float>(static_cast<float>(offset * scale_y) + center_y * scale_y);
  }
  for (int k = 0; k < candidates.rays; ++k) {
    const auto offset = static_cast<float>(distances[k] * std::cos(k * step));
    polygon[static_cast<std::size_t>(k)][1] =
        static_cast<float>(static_cast<float>(offset * scale_x) + center_x * scale_x);
  }
  return polygon;
}

}  // namespace karyo::stardist
