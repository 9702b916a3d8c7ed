// The object that is meant by pointing: found, and drawn as rendering draws it.

#include "models/stardist/pointed_object.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/base/random.h"
#include "models/stardist/rasterize.h"
#include "models/stardist/render_3d.h"

namespace karyo::stardist {
namespace {

constexpr int kRays = 32;

Candidates random_candidates(Random& random, int count, float size) {
  Candidates made;
  made.rays = kRays;
  for (int i = 0; i < count; ++i) {
    made.prob.push_back(0.05F + 0.9F * static_cast<float>(random.uniform()));
    made.points.push_back({std::floor(static_cast<float>(random.uniform()) * size),
                           std::floor(static_cast<float>(random.uniform()) * size)});
    for (int k = 0; k < kRays; ++k) {
      made.dist.push_back(4 + 12 * static_cast<float>(random.uniform()));
    }
  }
  return made;
}

/// How far a place is from the polygon's outline, in pixels.
double from_outline(const Candidates& candidates, std::size_t i, double y, double x) {
  const auto polygon = polygon_of(candidates, i);
  double nearest = 1e9;
  for (std::size_t a = 0, b = polygon.size() - 1; a < polygon.size(); b = a++) {
    const double dy = polygon[a][0] - polygon[b][0], dx = polygon[a][1] - polygon[b][1];
    const double along = std::clamp(
        ((y - polygon[b][0]) * dy + (x - polygon[b][1]) * dx) / std::max(1e-9, dy * dy + dx * dx),
        0.0, 1.0);
    nearest = std::min(nearest,
                       std::hypot(polygon[b][0] + along * dy - y, polygon[b][1] + along * dx - x));
  }
  return nearest;
}

TEST(PointedObject, IsTheBestWhosePolygonHoldsThePixel) {
  Random random(7);
  const Candidates all = random_candidates(random, 60, 100);
  int found_some = 0;
  for (std::int64_t y = 0; y < 100; y += 3) {
    for (std::int64_t x = 0; x < 100; x += 3) {
      // By rendering each alone; pixels that an outline touches are left out.
      std::optional<std::size_t> expected;
      bool doubtful = false;
      float best = 0;
      for (std::size_t i = 0; i < all.size(); ++i) {
        doubtful |= from_outline(all, i, static_cast<double>(y), static_cast<double>(x)) < 0.01;
        const auto drawn = draw_polygon(all, i, 100, 100);
        const Index3 shape = drawn.pixels.shape();
        const bool holds = y >= drawn.y && y < drawn.y + shape.y && x >= drawn.x &&
                           x < drawn.x + shape.x && drawn.pixels(0, y - drawn.y, x - drawn.x) != 0;
        const auto away = std::hypot(all.points[i][0] - static_cast<float>(y),
                                     all.points[i][1] - static_cast<float>(x));
        const float* const distances = all.distances(i);
        const float worth =
            all.prob[i] * (1 - away * kRays / std::reduce(distances, distances + kRays));
        if (!holds || worth <= best) continue;
        best = worth;
        expected = i;
      }
      if (doubtful) continue;
      ASSERT_EQ(candidate_at(all, static_cast<float>(y), static_cast<float>(x)), expected)
          << y << ", " << x;
      found_some += expected ? 1 : 0;
    }
  }
  EXPECT_GT(found_some, 300);
}

TEST(PointedObject, IsDrawnAsTheWholeImageIs) {
  Random random(8);
  const Candidates all = random_candidates(random, 40, 80);
  for (std::size_t i = 0; i < all.size(); ++i) {
    Candidates one;
    one.rays = kRays;
    one.add(all, i);
    const LabelArray whole = render_2d(one, {1, 80, 80});
    const auto drawn = draw_polygon(all, i, 80, 80);
    const Index3 shape = drawn.pixels.shape();
    for (std::int64_t y = 0; y < 80; ++y) {
      for (std::int64_t x = 0; x < 80; ++x) {
        const bool inside =
            y >= drawn.y && y < drawn.y + shape.y && x >= drawn.x && x < drawn.x + shape.x;
        const bool is_drawn = inside && drawn.pixels(0, y - drawn.y, x - drawn.x) != 0;
        ASSERT_EQ(is_drawn, whole(0, y, x) != 0) << i << ": " << y << ", " << x;
      }
    }
  }
}

TEST(PointedObject, OfAnyExtentTakesNoMoreThanTheImage) {
  Candidates one;
  one.rays = kRays;
  one.prob = {0.5F};
  one.points = {{10, 10}};
  one.dist.assign(kRays, 1e6F);
  const auto drawn = draw_polygon(one, 0, 20, 30);
  EXPECT_EQ(drawn.pixels.shape(), (Index3{1, 20, 30}));
  one.points = {{500, 500}};
  one.dist.assign(kRays, 3);
  EXPECT_EQ(draw_polygon(one, 0, 20, 30).pixels.shape().count(), 0);
}

Candidates3d random_bodies(Random& random, int count, int rays, const Index3& shape) {
  Candidates3d made;
  made.rays = rays;
  const auto within = [&](std::int64_t extent) {
    return std::floor(static_cast<float>(random.uniform()) * static_cast<float>(extent));
  };
  for (int i = 0; i < count; ++i) {
    made.prob.push_back(0.95F - 0.9F * static_cast<float>(i) / static_cast<float>(count));
    made.points.push_back({within(shape.z), within(shape.y), within(shape.x)});
    for (int k = 0; k < rays; ++k) {
      made.dist.push_back(2 + 5 * static_cast<float>(random.uniform()));
    }
  }
  return made;
}

TEST(PointedBody, IsDrawnAsRenderingDrawsItAndFoundWhereItIs) {
  Random random(7);
  const Index3 shape{14, 30, 33};
  const Rays3d rays = golden_spiral(24, {2, 1, 1});
  const auto bodies = random_bodies(random, 8, rays.count(), shape);
  const float reach = longest_distance(bodies);
  std::vector<LabelArray> alone;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    alone.push_back(render_3d(bodies.chosen({static_cast<std::int64_t>(i)}), rays, shape).labels);
    const auto drawn = draw_polyhedron(bodies, rays, i, Box3::of_shape(shape));
    const Box3 box{drawn.origin, drawn.origin + drawn.voxels.shape()};
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const Index3 at = Index3{z, y, x} - drawn.origin;
          const bool in = box.contains({z, y, x}) && drawn.voxels(at.z, at.y, at.x) != 0;
          ASSERT_EQ(in, alone.back()(z, y, x) != 0) << i << ": " << z << ' ' << y << ' ' << x;
        }
      }
    }
  }
  int found = 0;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const auto pointed = candidate_at(bodies, rays, {z, y, x}, reach);
        if (pointed) {
          ASSERT_NE(alone[*pointed](z, y, x), 0u) << z << ' ' << y << ' ' << x;
          ++found;
        }
      }
    }
  }
  EXPECT_GT(found, 500);
  const auto& middle = bodies.points[0];
  const Index3 at{static_cast<std::int64_t>(middle[0]), static_cast<std::int64_t>(middle[1]),
                  static_cast<std::int64_t>(middle[2])};
  EXPECT_EQ(candidate_at(bodies, rays, at, reach), 0u) << "the most probable, at its middle";
}

TEST(PointedBody, AllInABoxAreThoseOfTheWhole) {
  Random random(9);
  const Index3 shape{40, 30, 33};
  const Rays3d rays = golden_spiral(24);
  const auto bodies = random_bodies(random, 20, rays.count(), shape);
  const auto whole = render_3d(bodies, rays, shape);
  const Box3 box{{5, 8, 3}, {37, 29, 25}};
  const auto part = render_3d_in(bodies, rays, box);
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
        const std::uint32_t there = whole.labels(z, y, x);
        const std::uint32_t here = part.labels(z - box.begin.z, y - box.begin.y, x - box.begin.x);
        ASSERT_EQ(here != 0, there != 0);
        if (here == 0) continue;
        ASSERT_EQ(part.visible[here - 1], whole.visible[there - 1]);
      }
    }
  }
  const Box3 around = box_around(bodies, rays, shape);
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const bool drawn = whole.labels(z, y, x) != 0;
        EXPECT_TRUE(!drawn || around.contains({z, y, x}));
      }
    }
  }
}

}  // namespace
}  // namespace karyo::stardist
