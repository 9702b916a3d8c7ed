#pragma once

/// Reference candidates and maps for the StarDist tests.

#include <cmath>
#include <cstdint>

#include "core/base/random.h"
#include "models/stardist/instances.h"
#include "models/stardist/object_probability.h"
#include "models/stardist/star_distances.h"
#include "tests/support/blobs.h"
#include "tests/support/npy.h"

namespace karyo::stardist::test {

inline Candidates candidates_of(const karyo::test::NpyArray& prob,
                                const karyo::test::NpyArray& points,
                                const karyo::test::NpyArray& dist) {
  Candidates candidates;
  candidates.rays = static_cast<int>(dist.shape[1]);
  candidates.prob = prob.as<float>();
  candidates.dist = dist.as<float>();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    candidates.points.push_back({static_cast<float>(points.values[2 * i]),
                                 static_cast<float>(points.values[2 * i + 1])});
  }
  return candidates;
}

/// What a trained network would answer for these labels: true distances and probabilities with
/// `noise` (relative), for grid pixels whose probability exceeds one half.
inline Candidates noisy_candidates(LabelView labels, int rays, GridStep grid, double noise,
                                   Random& random) {
  const std::int64_t h = grid_extent(labels.shape().y, grid.y);
  const std::int64_t w = grid_extent(labels.shape().x, grid.x);
  std::vector<float> dist = star_distances_2d(labels, rays, grid);
  const LabelView half(labels.data(), {1, h, w},
                       {0, labels.strides().y * grid.y, labels.strides().x * grid.x});
  std::vector<float> prob = object_probability_2d(half);
  for (auto& value : prob) value *= static_cast<float>(random.uniform(0.8, 1));
  for (auto& value : dist) value *= static_cast<float>(1 + noise * random.normal());
  CandidateRules rules;
  rules.grid = grid;
  rules.prob_threshold = 0.3f;
  rules.border = {0, 0, 0, 0};
  return select_candidates(ProbabilityMap::contiguous(prob.data(), h, w),
                           DistanceMap::channel_last(dist.data(), rays, h, w), rules);
}

}  // namespace karyo::stardist::test
