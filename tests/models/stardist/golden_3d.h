#pragma once

/// Reference candidates for the tests of StarDist 3D.

#include <string>

#include "core/base/random.h"
#include "models/stardist/instances.h"
#include "models/stardist/object_probability.h"
#include "models/stardist/rays.h"
#include "models/stardist/star_distances.h"
#include "tests/support/npy.h"

namespace karyo::stardist::test {

inline Candidates3d candidates_3d_of(const karyo::test::NpyArray& prob,
                                     const karyo::test::NpyArray& points,
                                     const karyo::test::NpyArray& dist) {
  Candidates3d candidates;
  candidates.rays = static_cast<int>(dist.shape[1]);
  candidates.prob = prob.as<float>();
  candidates.dist = dist.as<float>();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    candidates.points.push_back({static_cast<float>(points.values[3 * i]),
                                 static_cast<float>(points.values[3 * i + 1]),
                                 static_cast<float>(points.values[3 * i + 2])});
  }
  return candidates;
}

/// What a trained network would answer for these labels: true distances and probabilities with
/// `noise` (relative), for grid pixels whose probability exceeds `threshold`.
inline Candidates3d noisy_candidates_3d(LabelView labels, const Rays3d& rays, Index3 grid,
                                        double noise, float threshold, Random& random) {
  std::vector<float> dist = star_distances_3d(labels, rays, grid);
  const std::vector<float> whole = object_probability_3d(labels, {1, 1, 1});
  const VolumeView<const float> fine(whole.data(), labels.shape());
  const Index3 shape{grid_extent(labels.shape().z, static_cast<int>(grid.z)),
                     grid_extent(labels.shape().y, static_cast<int>(grid.y)),
                     grid_extent(labels.shape().x, static_cast<int>(grid.x))};
  std::vector<float> prob;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        prob.push_back(fine(z * grid.z, y * grid.y, x * grid.x) *
                       static_cast<float>(random.uniform(0.8, 1)));
      }
    }
  }
  for (auto& value : dist) value *= static_cast<float>(1 + noise * random.normal());
  CandidateRules3d rules;
  rules.grid = grid;
  rules.prob_threshold = threshold;
  rules.border_begin = rules.border_end = {0, 0, 0};
  return select_candidates_3d(
      VolumeMaps::channel_last(prob.data(), dist.data(), rays.count(), shape), rules);
}

}  // namespace karyo::stardist::test
