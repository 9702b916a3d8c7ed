#include "models/stardist/instances.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace karyo::stardist {

void Candidates::add(const Candidates& other, std::size_t i) {
  prob.push_back(other.prob[i]);
  points.push_back(other.points[i]);
  dist.insert(dist.end(), other.distances(i), other.distances(i) + rays);
}

void Candidates::reserve(std::size_t count) {
  prob.reserve(count);
  points.reserve(count);
  dist.reserve(count * static_cast<std::size_t>(rays));
}

Candidates select_candidates(const ProbabilityMap& prob, const DistanceMap& dist,
                             const CandidateRules& rules) {
  // The upper limit keeps a broken network's numbers within what integers hold.
  constexpr float kSmallestDistance = 1e-3f, kLargestDistance = 1e6f;
  Candidates found;
  found.rays = dist.rays;
  for (std::int64_t i = rules.border.top; i < prob.height - rules.border.bottom; ++i) {
    const std::int64_t y = rules.origin_y + i * rules.grid.y;
    if (y >= rules.image_height) break;
    const float* row = prob.data + i * prob.row_stride;
    for (std::int64_t j = rules.border.left; j < prob.width - rules.border.right; ++j) {
      const float value = row[j * prob.column_stride];
      if (!(value > rules.prob_threshold)) continue;
      const std::int64_t x = rules.origin_x + j * rules.grid.x;
      if (x >= rules.image_width) break;
      found.prob.push_back(value);
      found.points.push_back({static_cast<float>(y), static_cast<float>(x)});
      const float* source = dist.data + i * dist.row_stride + j * dist.column_stride;
      for (int k = 0; k < dist.rays; ++k) {
        // In this order NaN becomes the smallest.
        found.dist.push_back(
            std::min(std::max(kSmallestDistance, source[k * dist.ray_stride]), kLargestDistance));
      }
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
