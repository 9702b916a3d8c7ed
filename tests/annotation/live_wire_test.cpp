#include "annotation/live_wire.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "annotation/region.h"
#include "tests/annotation/made_picture.h"

namespace karyo {
namespace {

using test::Ball;
using test::made_picture;
using test::overlap_with;

TEST(LiveWire, WaysAreTheCheapestThereAre) {
  Random random(1);
  for (int trial = 0; trial < 12; ++trial) {
    Volume volume(VoxelType::kUInt8, {1, 1, 1, 12 + trial, 17});
    for (std::int64_t i = 0; i < volume.shape().count(); ++i) {
      volume.view<std::uint8_t>().data()[i] = static_cast<std::uint8_t>(random.below(256));
    }
    VoxelGrid grid;
    grid.spacing_y = random.uniform(0.5, 3);
    const auto wire = LiveWire::around({volume}, grid, Plane::kXY, 0, {random.uniform(0, 17), 5.2},
                                       {.sigma = 0.7});
    ASSERT_TRUE(wire);
    const PointF first = wire->first_corner(), last = wire->last_corner();
    EXPECT_EQ(first, (PointF{0, 0}));
    EXPECT_EQ(last, (PointF{17, double(12 + trial)}));
    EXPECT_EQ(wire->cost_to(wire->anchor()), 0);
    for (double y = first.y; y <= last.y; ++y) {
      for (double x = first.x; x <= last.x; ++x) {
        // The path adds up to its cost, and no neighbour offers a cheaper way (Bellman).
        const PathF path = wire->path_to({x, y});
        ASSERT_EQ(path.front(), wire->anchor());
        ASSERT_EQ(path.back(), (PointF{x, y}));
        std::int64_t sum = 0;
        for (std::size_t i = 1; i < path.size(); ++i) sum += wire->step_cost(path[i - 1], path[i]);
        const std::int64_t cost = wire->cost_to({x, y});
        ASSERT_EQ(sum, cost);
        for (double ny = std::max(first.y, y - 1); ny <= std::min(last.y, y + 1); ++ny) {
          for (double nx = std::max(first.x, x - 1); nx <= std::min(last.x, x + 1); ++nx) {
            if (nx == x && ny == y) continue;
            ASSERT_LE(cost, wire->cost_to({nx, ny}) + wire->step_cost({nx, ny}, {x, y}));
          }
        }
      }
    }
  }
}

/// The region within a wire drawn around the ball over `clicks` places off its edge by up to 3.
std::vector<PathF> outlined(const Volume& volume, const VoxelGrid& grid, Plane plane,
                            std::int64_t depth, const Ball& ball, int clicks, Random& random) {
  const Axis horizontal = horizontal_axis(plane), vertical = vertical_axis(plane);
  std::vector<PointF> places;
  for (int i = 0; i < clicks; ++i) {
    const double angle = 2 * std::numbers::pi * i / clicks;
    const double r = ball.radius + random.uniform(-2, 2);
    places.push_back({voxels_along(ball.middle[horizontal] + r * std::cos(angle), grid, horizontal),
                      voxels_along(ball.middle[vertical] + r * std::sin(angle), grid, vertical)});
  }
  auto wire = LiveWire::around({volume}, grid, plane, depth, places[0]);
  for (PointF& place : places) place = wire->snapped(place, 4);
  PathF path;
  for (std::size_t i = 0; i < places.size(); ++i) {
    wire->set_anchor(places[i]);
    const PathF part = wire->path_to(places[(i + 1) % places.size()]);
    path.insert(path.end(), part.begin(), part.end() - 1);
  }
  return {path};
}

TEST(LiveWire, FollowsANoisyDisc) {
  Random random(2);
  for (int trial = 0; trial < 20; ++trial) {
    const Index3 shape{1, 130, 140};
    VoxelGrid grid;
    const Ball ball{{0.5, random.uniform(45, 85), random.uniform(45, 85)}, random.uniform(15, 35)};
    // A brighter one beside it must not draw the wire away.
    const Ball other{{0.5, ball.middle.y, ball.middle.x + ball.radius + 20}, 12, 300};
    const Volume volume = made_picture(shape, grid, {ball, other}, 15, random);
    const auto paths = outlined(volume, grid, Plane::kXY, 0, ball, 4, random);
    LabelVolume labels(shape);
    LabelWriter writer(labels);
    ASSERT_TRUE(fill_region(writer, labels, Plane::kXY, {}, paths, 1, {}));
    EXPECT_GT(overlap_with(ball, shape, grid, [&](Index3 p) { return labels.at(p) == 1; }), 0.93)
        << trial;
  }
}

TEST(LiveWire, FollowsABallInEveryPlaneOfAnAnisotropicStack) {
  Random random(3);
  const Index3 shape{40, 90, 100};
  VoxelGrid grid;
  grid.spacing_z = 2.5;
  grid.origin_x = 30;
  const Ball ball{{50, 44.5, 82.5}, 25};
  const Volume volume = made_picture(shape, grid, {ball}, 8, random);
  for (const Plane plane : kPlanes) {
    const Axis normal = normal_axis(plane);
    const std::int64_t depth = voxel_along(ball.middle[normal], grid, normal);
    const auto paths = outlined(volume, grid, plane, depth, ball, 5, random);
    LabelVolume labels(shape);
    LabelWriter writer(labels);
    ASSERT_TRUE(fill_region(writer, labels, plane, {depth, depth + 1}, paths, 1, {}));
    std::int64_t both = 0, any = 0;
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const Index3 p{z, y, x};
          if (along(p, normal) != depth) continue;
          const WorldPoint c = centre_of(p, grid);
          const bool in = std::hypot(c.z - ball.middle.z, c.y - ball.middle.y,
                                     c.x - ball.middle.x) <= ball.radius;
          both += in && labels.at(p) == 1 ? 1 : 0;
          any += in || labels.at(p) == 1 ? 1 : 0;
        }
      }
    }
    EXPECT_GT(double(both) / double(any), 0.9) << name_of(plane);
  }
}

TEST(LiveWire, GoesStraightWhereThereIsNothing) {
  const Volume volume(VoxelType::kFloat32, {1, 1, 1, 50, 50});
  auto wire = LiveWire::around({volume}, {}, Plane::kXY, 0, {10, 20});
  ASSERT_TRUE(wire);
  EXPECT_EQ(wire->path_to({40, 20}).size(), 31u);
  EXPECT_EQ(wire->path_to({25, 35}).size(), 16u);
  EXPECT_EQ(wire->path_to({10.3, 19.8}).size(), 1u);
  EXPECT_EQ(wire->snapped({10.3, 19.8}, 4), (PointF{10, 20}));
  // Beyond the window, to its border.
  EXPECT_EQ(wire->path_to({1e9, 20}).back(), (PointF{50, 20}));
}

TEST(LiveWire, SaysWhatIsWrong) {
  const Volume volume(VoxelType::kUInt8, {1, 1, 3, 50, 60});
  const auto start = [&](Plane plane, std::int64_t depth, PointF place,
                         LiveWireOptions options = {}) {
    return LiveWire::around({volume}, {}, plane, depth, place, options).has_value();
  };
  EXPECT_TRUE(start(Plane::kXY, 2, {59.9, 49.9}));
  EXPECT_FALSE(start(Plane::kXY, 3, {5, 5}));
  EXPECT_FALSE(start(Plane::kXY, 0, {60, 5}));
  EXPECT_TRUE(start(Plane::kYZ, 59, {2.5, 49}));
  EXPECT_FALSE(start(Plane::kYZ, 5, {3, 5}));
  EXPECT_FALSE(start(Plane::kXY, 0, {std::nan(""), 5}));
  EXPECT_FALSE(start(Plane::kXY, 0, {1e300, 5}));
  EXPECT_FALSE(start(Plane::kXY, 0, {5, 5}, {.sigma = -1}));
  EXPECT_FALSE(start(Plane::kXY, 0, {5, 5}, {.reach = 0}));
}

}  // namespace
}  // namespace karyo
