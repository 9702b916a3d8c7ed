// The brush against its definition, voxel by voxel.

#include "annotation/brush.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"

namespace karyo {
namespace {

/// Distance of a place to the straight way between two others.
double distance(const WorldPoint& p, const WorldPoint& a, const WorldPoint& b) {
  const auto dot = [](const WorldPoint& u, const WorldPoint& v) {
    return u.z * v.z + u.y * v.y + u.x * v.x;
  };
  const auto minus = [](const WorldPoint& u, const WorldPoint& v) {
    return WorldPoint{u.z - v.z, u.y - v.y, u.x - v.x};
  };
  const WorldPoint by = minus(b, a), off = minus(p, a);
  const double along = dot(by, by) > 0 ? std::clamp(dot(off, by) / dot(by, by), 0.0, 1.0) : 0.0;
  const WorldPoint rest = minus(off, {along * by.z, along * by.y, along * by.x});
  return std::sqrt(dot(rest, rest));
}

TEST(Brush, PaintsWhatItsDefinitionSaysAndNothingElse) {
  Random random(5);
  for (int trial = 0; trial < 200; ++trial) {
    const Index3 shape{1 + trial % 7, 30 + trial % 60, 40 + trial % 97};
    VoxelGrid grid;
    grid.spacing_z = random.uniform() * 3 + 0.2;
    grid.spacing_y = random.uniform() * 2 + 0.2;
    grid.spacing_x = random.uniform() * 2 + 0.2;
    grid.origin_y = random.uniform() * 10 - 5;
    LabelArray start(shape);
    for (std::int64_t i = 0; i < shape.count(); ++i)
      start.data()[i] = static_cast<std::uint32_t>(random.uniform() * 3);
    LabelVolume labels = LabelVolume::from_dense(start.view());
    Brush brush;
    brush.radius = random.uniform() * 12 + 0.01;
    brush.ball = trial % 2 == 0;
    brush.plane = kPlanes[static_cast<std::size_t>(trial % 3)];
    brush.label = trial % 5 == 0 ? 0 : 7;
    brush.rule.over = trial % 4 == 0 ? PaintOver::kBackground : PaintOver::kEverything;
    if (trial % 11 == 0) brush.rule.locked = {1};
    // Some begin or end outside.
    const auto place = [&] {
      return WorldPoint{
          (random.uniform() * 1.2 - 0.1) * double(shape.z) * grid.spacing_z,
          (random.uniform() * 1.2 - 0.1) * double(shape.y) * grid.spacing_y + grid.origin_y,
          (random.uniform() * 1.2 - 0.1) * double(shape.x) * grid.spacing_x};
    };
    const WorldPoint from = place(), to = place();
    LabelWriter writer(labels);
    const Box3 changed = paint(writer, labels, grid, from, to, brush);
    WorldPoint a = from, b = to;
    const Axis normal = normal_axis(brush.plane);
    const std::int64_t plane = voxel_along(from[normal], grid, normal);
    if (!brush.ball) {
      a[normal] = b[normal] =
          origin_along(grid, normal) + (double(plane) + 0.5) * spacing_along(grid, normal);
    }
    Box3 differ;
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const Index3 p{z, y, x};
          const double off = distance(centre_of(p, grid), a, b) - brush.radius;
          const bool in_plane = brush.ball || along(p, normal) == plane;
          const bool middle = p == voxel_at(a, grid) || p == voxel_at(b, grid);
          const std::uint32_t was = start(z, y, x);
          const bool covers = in_plane && (off <= 0 || middle);
          if (std::abs(off) > 1e-9 || middle) {
            const bool paints = covers && brush.rule.allows(was, brush.label);
            ASSERT_EQ(labels.at(p), paints ? brush.label : was)
                << "trial " << trial << ": " << z << " " << y << " " << x;
          }
          if (labels.at(p) != was) differ = differ.united_with({p, p + Index3{1, 1, 1}});
        }
      }
    }
    EXPECT_EQ(changed, differ) << "trial " << trial;
  }
}

/// How far outside of the balls on the way a place is, whose radius changes evenly: the least over
/// the way, by search, as it has one minimum.
double outside(const WorldPoint& p, const WorldPoint& a, const WorldPoint& b, double radius_a,
               double radius_b) {
  const auto off = [&](double part) {
    const WorldPoint at{a.z + part * (b.z - a.z), a.y + part * (b.y - a.y),
                        a.x + part * (b.x - a.x)};
    return distance(p, at, at) - (radius_a + part * (radius_b - radius_a));
  };
  double low = 0, high = 1;
  for (int step = 0; step < 40; ++step) {
    const double first = low + (high - low) / 3, second = high - (high - low) / 3;
    const bool nearer = off(first) <= off(second);
    (nearer ? high : low) = nearer ? second : first;
  }
  return std::min({off(low), off(0), off(1)});
}

TEST(Brush, ItsSizeChangesEvenlyOnTheWay) {
  Random random(11);
  int held = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const Index3 shape{1 + trial % 6, 30 + trial % 40, 40 + trial % 50};
    VoxelGrid grid;
    grid.spacing_z = random.uniform(0.3, 3);
    grid.spacing_y = random.uniform(0.3, 2);
    grid.spacing_x = random.uniform(0.3, 2);
    const auto place = [&] {
      return WorldPoint{random.uniform(0, double(shape.z) * grid.spacing_z),
                        random.uniform(-3, double(shape.y) * grid.spacing_y),
                        random.uniform(-3, double(shape.x) * grid.spacing_x)};
    };
    WorldPoint a = place(), b = place();
    if (trial % 4 == 0) b = {a.z, a.y + random.uniform(0, 3), a.x};  // one ball may hold the other
    Brush brush;
    brush.radius = random.uniform(0.01, 9);
    brush.first_radius = random.uniform(0.01, 9);
    brush.ball = trial % 2 == 0;
    LabelVolume labels(shape), backwards(shape);
    LabelWriter writer(labels), writer_back(backwards);
    const Box3 changed = paint(writer, labels, grid, a, b, brush);
    Brush other = brush;
    other.radius = *brush.first_radius;
    other.first_radius = brush.radius;
    paint(writer_back, backwards, grid, b, a, other);
    const std::int64_t plane = voxel_along(a.z, grid, Axis::kZ);
    if (!brush.ball && plane == voxel_along(b.z, grid, Axis::kZ)) {
      EXPECT_TRUE(labels.to_dense() == backwards.to_dense()) << "trial " << trial;
    }
    if (!brush.ball) a.z = b.z = (double(plane) + 0.5) * grid.spacing_z;
    held += std::abs(brush.radius - *brush.first_radius) >= distance(a, b, b) ? 1 : 0;
    Box3 differ;
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const Index3 p{z, y, x};
          const bool in_plane = brush.ball || z == plane;
          const double off =
              in_plane ? outside(centre_of(p, grid), a, b, *brush.first_radius, brush.radius) : 1;
          const bool middle = p == voxel_at(a, grid) || p == voxel_at(b, grid);
          if (labels.at(p) != 0) differ = differ.united_with({p, p + Index3{1, 1, 1}});
          if (std::abs(off) < 1e-7 && !middle) continue;
          ASSERT_EQ(labels.at(p), in_plane && (off <= 0 || middle) ? 1u : 0u)
              << "trial " << trial << ": " << z << " " << y << " " << x << " off " << off;
        }
      }
    }
    EXPECT_EQ(changed, differ) << "trial " << trial;
  }
  EXPECT_GT(held, 5);
}

TEST(Brush, BackwardsIsTheSame) {
  Random random(9);
  const VoxelGrid grid;
  for (int trial = 0; trial < 50; ++trial) {
    const auto place = [&] {
      return WorldPoint{0.5, random.uniform() * 200, random.uniform() * 200};
    };
    const WorldPoint a = place(), b = place();
    LabelVolume there({1, 200, 200}), back({1, 200, 200});
    LabelWriter writer_there(there), writer_back(back);
    const Brush brush{.radius = random.uniform() * 9};
    paint(writer_there, there, grid, a, b, brush);
    paint(writer_back, back, grid, b, a, brush);
    EXPECT_TRUE(there.to_dense() == back.to_dense());
  }
}

TEST(PaintRule, LocksAndKeepsOthers) {
  PaintRule rule;
  EXPECT_TRUE(rule.allows(2, 5));
  EXPECT_FALSE(rule.allows(5, 5));
  rule.over = PaintOver::kBackground;
  EXPECT_TRUE(rule.allows(0, 5));
  EXPECT_FALSE(rule.allows(2, 5));
  EXPECT_TRUE(rule.allows(2, 0)) << "the eraser erases";
  rule.over = PaintOver::kInside;
  rule.inside = 2;
  EXPECT_TRUE(rule.allows(2, 5));
  EXPECT_FALSE(rule.allows(0, 5));
  rule.locked = {2};
  EXPECT_FALSE(rule.allows(2, 0));
}

}  // namespace
}  // namespace karyo
