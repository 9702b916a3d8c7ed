#pragma once

/// Star distances, suppression and drawing with a ShapeDevice against the same without: for the
/// kernels run on the processor, and for a GPU where there is one.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "models/cuda/shape_device.h"
#include "models/stardist/nms.h"
#include "models/stardist/nms_3d.h"
#include "models/stardist/rasterize.h"
#include "models/stardist/render_3d.h"
#include "models/stardist/star_distances.h"
#include "tests/models/stardist/golden_3d.h"
#include "tests/support/blobs.h"

namespace karyo::stardist::test {

using karyo::test::random_blobs;
using karyo::test::random_blobs_3d;

/// Everything is worth it.
inline constexpr ShapeWorth kAlways{0, 0, 0, 0, 0};

inline void compare_star_distances(ShapeDevice& device) {
  Random random(31);
  struct Plane {
    std::int64_t height, width;
    int objects;
    double radius;
    int rays;
    GridStep grid;
  };
  for (const auto& c : {Plane{64, 61, 12, 9, 32, {2, 2}}, Plane{33, 70, 20, 7, 31, {1, 1}},
                        Plane{1, 50, 3, 9, 32, {2, 2}}, Plane{50, 1, 3, 9, 7, {1, 3}},
                        Plane{40, 90, 4, 30, 24, {4, 2}}, Plane{200, 190, 1, 170, 64, {3, 3}}}) {
    LabelArray labels = random_blobs(c.height, c.width, c.objects, c.radius, random);
    for (auto& id : labels) id = id == 0 ? 0 : (id << 16) + 5;  // all 32 bits count
    EXPECT_EQ(star_distances_2d(labels.view(), c.rays, c.grid, 1, &device),
              star_distances_2d_reference(labels.view(), c.rays, c.grid))
        << c.height << "x" << c.width;
  }
  struct Stack {
    Index3 shape;
    int objects;
    double radius;
    int rays;
    Index3 grid;
  };
  for (const auto& c :
       {Stack{{13, 31, 28}, 14, 6, 24, {1, 2, 2}}, Stack{{1, 20, 33}, 5, 7, 8, {1, 1, 1}},
        Stack{{9, 1, 40}, 4, 7, 12, {2, 1, 4}}, Stack{{30, 11, 12}, 1, 60, 16, {4, 1, 2}}}) {
    const LabelArray labels = random_blobs_3d(c.shape, c.objects, c.radius, random);
    const Rays3d rays = golden_spiral(c.rays, {2, 1, 1});
    EXPECT_EQ(star_distances_3d(labels.view(), rays, c.grid, 1, &device),
              star_distances_3d_reference(labels.view(), rays, c.grid))
        << c.shape.z;
  }
  const LabelArray labels = random_blobs(40, 52, 9, 8, random);
  const LabelView crop = labels.view().crop({{0, 3, 5}, {1, 36, 46}});
  EXPECT_EQ(star_distances_2d(crop, 8, {2, 2}, 1, &device),
            star_distances_2d_reference(crop, 8, {2, 2}));
}

/// Candidates of blobs, some as ragged as a broken network makes them.
struct Crowd {
  Rays3d rays;
  Candidates3d candidates;
  Index3 shape;
};
inline std::vector<Crowd> crowds() {
  struct Case {
    Index3 shape;
    int objects;
    double radius, noise;
    int rays;
    Index3 grid;
  };
  Random random(32);
  std::vector<Crowd> all;
  for (const auto& c : {Case{{14, 30, 30}, 9, 6, 0.05, 32, {1, 2, 2}},
                        Case{{10, 20, 24}, 12, 4, 0.5, 12, {1, 1, 2}},
                        Case{{24, 40, 70}, 3, 14, 0.1, 24, {4, 4, 4}},
                        Case{{9, 12, 12}, 10, 2, 0.02, 6, {1, 1, 1}}}) {
    const auto labels = random_blobs_3d(c.shape, c.objects, c.radius, random);
    Crowd crowd{golden_spiral(c.rays, {2, 1, 1}), {}, c.shape};
    crowd.candidates =
        noisy_candidates_3d(labels.view(), crowd.rays, c.grid, c.noise, 0.4f, random);
    Candidates3d& candidates = crowd.candidates;
    for (std::size_t i = 0; i + 7 < candidates.size(); i += 7) {
      candidates.prob[i] = candidates.prob[i + 3];  // some tie
      // Corners on voxels and faces along axes, where rounding decides.
      for (int k = 0; k < candidates.rays; ++k) {
        float& distance =
            candidates
                .dist[i * static_cast<std::size_t>(candidates.rays) + static_cast<std::size_t>(k)];
        distance = std::max(1.f, std::round(distance));
      }
    }
    all.push_back(std::move(crowd));
  }
  return all;
}

inline void compare_suppression(ShapeDevice& device) {
  for (const Crowd& crowd : crowds()) {
    ASSERT_GT(crowd.candidates.size(), 20u);
    for (const float threshold : {0.f, 0.3f, 0.7f, 1.f}) {
      const auto expected = nms_3d(crowd.candidates, crowd.rays, threshold, 1);
      const auto found = nms_3d(crowd.candidates, crowd.rays, threshold, 2, &device);
      EXPECT_EQ(found.points, expected.points) << threshold;
      EXPECT_EQ(found.dist, expected.dist) << threshold;
    }
  }
}

inline void compare_drawing_3d(ShapeDevice& device) {
  for (const Crowd& crowd : crowds()) {
    for (const float threshold : {0.3f, 0.9f}) {
      auto drawn = nms_3d(crowd.candidates, crowd.rays, threshold);
      drawn.points.front()[2] = -3;  // reach out of the image
      drawn.points.back()[0] = static_cast<float>(crowd.shape.z + 2);
      const auto expected = render_3d(drawn, crowd.rays, crowd.shape, 1);
      const auto found = render_3d(drawn, crowd.rays, crowd.shape, 1, &device);
      EXPECT_EQ(found.labels, expected.labels);
      EXPECT_EQ(found.visible, expected.visible);
    }
  }
}

inline void compare_drawing_2d(ShapeDevice& device) {
  Random random(33);
  for (const int rays : {3, 8, 32}) {
    Candidates polygons;
    polygons.rays = rays;
    const Index3 shape{1, 70, 83};
    for (int i = 0; i < 60; ++i) {
      polygons.prob.push_back(static_cast<float>(random.uniform(0, 1)));
      polygons.points.push_back({static_cast<float>(std::floor(random.uniform(-9, 78))),
                                 static_cast<float>(std::floor(random.uniform(-9, 92)))});
      const double radius = i % 20 == 0 ? 200 : random.uniform(0.001, 14);
      for (int k = 0; k < rays; ++k) {
        const double distance = radius * random.uniform(0.4, 1.2);
        // Whole numbers put corners and edges on pixels.
        polygons.dist.push_back(static_cast<float>(i % 3 == 0 ? std::ceil(distance) : distance));
      }
    }
    for (const double scale : {1.0, 0.5}) {
      EXPECT_EQ(render_2d(polygons, shape, scale, scale, &device),
                render_2d(polygons, shape, scale, scale))
          << rays << " rays";
    }
  }
}

}  // namespace karyo::stardist::test
