#include "annotation/adaptive_brush.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/annotation/adaptive_dab_reference.h"
#include "tests/annotation/made_picture.h"

namespace karyo {
namespace {

using test::Ball;
using test::made_picture;

TEST(AdaptiveBrush, TakesOfADiscWhatIsOnItsSideOfTheEdge) {
  Random random(1);
  for (int trial = 0; trial < 40; ++trial) {
    const Index3 shape{1, 120, 120};
    VoxelGrid grid;
    grid.origin_y = 7;
    const Ball nucleus{{0.5, 67, 60}, 30};
    const Volume volume = made_picture(shape, grid, {nucleus}, 6, random);
    // The pointer is 6 to 12 inside or outside of the edge, the brush reaches across.
    const double angle = random.uniform(0, 6.28);
    const double from_edge = random.uniform(6, 12) * (trial % 2 == 0 ? -1 : 1);
    const double r = nucleus.radius + from_edge;
    const WorldPoint at{0.5, 67 + r * std::sin(angle), 60 + r * std::cos(angle)};
    const Brush brush{.radius = 16};
    const PlacedMask dab = adaptive_dab({volume}, grid, at, brush);
    std::int64_t wrong = 0, all = 0;
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const WorldPoint c = centre_of({0, y, x}, grid);
        const bool covered = std::hypot(c.y - at.y, c.x - at.x) <= brush.radius;
        const double off = std::hypot(c.y - 67, c.x - 60) - nucleus.radius;
        const bool same = (off <= 0) == (from_edge < 0);
        all += covered ? 1 : 0;
        if (std::abs(off) < 1.5) continue;  // on the edge itself
        wrong += dab.contains({0, y, x}) != (covered && same) ? 1 : 0;
      }
    }
    EXPECT_LT(double(wrong) / double(all), 0.03) << trial;
  }
}

TEST(AdaptiveBrush, IsTheWholeBrushWhereThereIsNoEdge) {
  Random random(2);
  for (int trial = 0; trial < 30; ++trial) {
    VoxelGrid grid;
    grid.spacing_z = 2;
    grid.spacing_x = 0.7;
    const Index3 shape{20, 60, 60};
    const Volume volume = made_picture(shape, grid, {}, trial % 2 == 0 ? 5 : 0, random);
    Brush brush{.radius = random.uniform(0.1, 12), .ball = trial % 3 == 0};
    brush.plane = kPlanes[static_cast<std::size_t>(trial / 3 % 3)];
    const WorldPoint at{random.uniform(0, 40), random.uniform(0, 60), random.uniform(0, 42)};
    const PlacedMask dab = adaptive_dab({volume}, grid, at, brush, {.tolerance = 30});
    LabelVolume expected(shape);
    LabelWriter writer(expected);
    paint(writer, expected, grid, at, at, brush);
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          ASSERT_EQ(dab.contains({z, y, x}), expected.at({z, y, x}) == 1)
              << trial << ": " << z << " " << y << " " << x;
        }
      }
    }
  }
}

TEST(AdaptiveBrush, AStrokeStaysInTheNucleusAndKeepsOthers) {
  Random random(3);
  const Index3 shape{24, 100, 100};
  VoxelGrid grid;
  grid.spacing_z = 2;
  const Ball nucleus{{24, 50, 50}, 20};
  const Volume volume = made_picture(shape, grid, {nucleus}, 6, random);
  LabelArray start(shape);
  for (std::int64_t x = 0; x < 100; ++x) start(12, 52, x) = 4;
  LabelVolume labels = LabelVolume::from_dense(start.view());
  LabelWriter writer(labels);
  Brush brush{.radius = 9, .ball = true, .label = 7};
  brush.rule.over = PaintOver::kBackground;
  const Box3 changed =
      AdaptiveStroke(grid).paint(writer, labels, {volume}, {24, 50, 38}, {24, 50, 62}, brush);
  std::int64_t inside = 0, outside = 0;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const std::uint32_t id = labels.at({z, y, x});
        if (start(z, y, x) != 0) {
          ASSERT_EQ(id, 4u);
        }
        if (id != 7) continue;
        EXPECT_TRUE(changed.contains({z, y, x}));
        const WorldPoint c = centre_of({z, y, x}, grid);
        const double r = std::hypot(c.z - 24, c.y - 50, c.x - 50);
        (r <= nucleus.radius + 1 ? inside : outside)++;
      }
    }
  }
  EXPECT_GT(inside, 3000);
  EXPECT_LT(outside, inside / 100);
  labels.swap_tiles(writer.finish());
  EXPECT_TRUE(labels.to_dense() == start);
}

TEST(AdaptiveBrush, EqualsTheReferenceVoxelByVoxel) {
  Random random(5);
  const Index3 shape{30, 70, 80};
  VoxelGrid grid;
  grid.spacing_z = 2;
  grid.spacing_y = 0.7;
  const Volume volume =
      made_picture(shape, grid, {{{30, 25, 40}, 12}, {{20, 30, 60}, 9}}, 8, random);
  for (int trial = 0; trial < 90; ++trial) {
    Brush brush{.radius = random.uniform(0.1, 11), .ball = trial % 3 != 0};
    brush.plane = kPlanes[static_cast<std::size_t>(trial % 3)];
    const EdgeOptions options{.tolerance = random.uniform(1, 6), .sigma = random.uniform(0, 2)};
    const WorldPoint at{random.uniform(0, 60), random.uniform(0, 49), random.uniform(0, 80)};
    const PlacedMask found = adaptive_dab({volume}, grid, at, brush, options);
    const PlacedMask expected = test::adaptive_dab_reference({volume}, grid, at, brush, options);
    ASSERT_EQ(found.box(), expected.box()) << trial;
    ASSERT_TRUE(found.voxels == expected.voxels) << trial;
  }
}

TEST(AdaptiveBrush, AStrokeThatGoesOnIsItsDabsOneByOne) {
  Random random(9);
  const Index3 shape{20, 60, 70};
  VoxelGrid grid;
  grid.spacing_z = 2;
  const Volume volume =
      made_picture(shape, grid, {{{20, 25, 40}, 12}, {{20, 35, 20}, 9}}, 8, random);
  for (int trial = 0; trial < 24; ++trial) {
    Brush brush{.radius = random.uniform(1, 7), .ball = trial % 2 == 0, .label = 5};
    const double start_radius = trial % 3 == 0 ? brush.radius * 1.4 : brush.radius;
    std::vector<WorldPoint> way{{20, 30, 30}};
    for (int i = 0; i < 4; ++i) {
      way.push_back({20 + random.uniform(-6, 6), random.uniform(5, 55), random.uniform(5, 65)});
    }
    way.push_back(way.back());  // stands still
    LabelVolume painted(shape), expected(shape);
    LabelWriter writer(painted), plain(expected);
    Box3 changed;
    AdaptiveStroke stroke(grid);
    for (std::size_t i = 0; i < way.size(); ++i) {
      const WorldPoint from = way[i == 0 ? 0 : i - 1];
      Brush here = brush;
      if (i > 0) here.first_radius = i == 1 ? start_radius : brush.radius;
      if (i == 0) here.radius = start_radius;
      changed = changed.united_with(stroke.paint(writer, painted, {volume}, from, way[i], here));
      const double first = here.first_radius.value_or(here.radius);
      const double length = std::hypot(way[i].z - from.z, way[i].y - from.y, way[i].x - from.x);
      const double dabs = std::ceil(length / (std::min(first, here.radius) / 2));
      for (double dab = 0; dab <= dabs; ++dab) {
        const double part = dabs > 0 ? dab / dabs : 0;
        Brush one = here;
        one.radius = first + part * (here.radius - first);
        const WorldPoint at{from.z + part * (way[i].z - from.z),
                            from.y + part * (way[i].y - from.y),
                            from.x + part * (way[i].x - from.x)};
        write_mask(plain, expected, adaptive_dab({volume}, grid, at, one), 5, {});
      }
    }
    ASSERT_TRUE(painted.to_dense() == expected.to_dense()) << trial;
    const LabelArray all = painted.to_dense();
    EXPECT_GT(std::count(all.begin(), all.end(), 5u), 0);
  }
}

TEST(SmoothedWindow, WhereverItWentItKnowsWhatAllOfTheImageSmoothedHas) {
  Random random(12);
  const Index3 shape{19, 60, 70};
  const Volume volume = made_picture(shape, {}, {{{9, 25, 40}, 12}}, 8, random);
  const Box3 all = Box3::of_shape(shape);
  const auto values = values_in({volume}, all);
  for (const PerAxis& sigma : {PerAxis{0.5, 1, 1.3}, PerAxis{0, 2, 1}, PerAxis{}}) {
    const auto expected = smoothed(values, sigma);
    SmoothedWindow window;
    Index3 at{9, 30, 35};
    for (int step = 0; step < 200; ++step) {
      const auto walk = [&](std::int64_t& place, std::int64_t extent) {
        const auto far = static_cast<std::uint64_t>(step % 40 == 0 ? 30 : 3);
        place +=
            static_cast<std::int64_t>(random.below(2 * far + 1)) - static_cast<std::int64_t>(far);
        place = std::clamp<std::int64_t>(place, 0, extent - 1);
      };
      walk(at.z, shape.z);
      walk(at.y, shape.y);
      walk(at.x, shape.x);
      const auto by = static_cast<std::int64_t>(random.below(9));
      const Box3 box = Box3{at, at + Index3{1, 1, 1}}.padded({by / 2, by, by}).clipped_to(all);
      const Box3 wide = box.padded({1, 2, 3}).clipped_to(all);
      // Of an image that stays in its file there is only so much.
      const Box3 seen = box.padded(blur_reach(sigma)).united_with(wide).clipped_to(all);
      Volume part(VoxelType::kUInt16, {1, 1, seen.shape().z, seen.shape().y, seen.shape().x});
      for (std::int64_t z = seen.begin.z; z < seen.end.z; ++z) {
        for (std::int64_t y = seen.begin.y; y < seen.end.y; ++y) {
          for (std::int64_t x = seen.begin.x; x < seen.end.x; ++x) {
            part.view<std::uint16_t>()(Index3{z, y, x} - seen.begin) =
                volume.view<std::uint16_t>()(z, y, x);
          }
        }
      }
      window.move_to({part, 0, 0, seen.begin}, box, wide, sigma);
      const auto smooth = window.smooth(box), raw = window.raw(wide);
      for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
        for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
          for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
            ASSERT_EQ(smooth(Index3{z, y, x} - box.begin), expected(z, y, x)) << step;
          }
        }
      }
      ASSERT_EQ(raw({}), values(wide.begin.z, wide.begin.y, wide.begin.x));
      const Index3 last = wide.end - Index3{1, 1, 1};
      ASSERT_EQ(raw(last - wide.begin), values(last.z, last.y, last.x));
    }
  }
}

TEST(ImagePart, TheMiddleOfManyIsThatOfASort) {
  Random random(6);
  for (const std::size_t count : {1U, 2U, 4096U, 4097U, 50000U, 50001U}) {
    for (int kind = 0; kind < 3; ++kind) {
      std::vector<float> values;
      for (std::size_t i = 0; i < count; ++i) {
        values.push_back(kind == 0   ? static_cast<float>(random.below(5)) - 2
                         : kind == 1 ? static_cast<float>(random.normal())
                                     : static_cast<float>(random.uniform(100, 100.1)));
      }
      ASSERT_EQ(test::sorted_middle(values), median_of(values)) << count << " " << kind;
    }
  }
}

TEST(AdaptiveBrush, WithoutEdgesItsSizeChangesAsThePlainBrushs) {
  const Index3 shape{1, 60, 90};
  const Volume volume(VoxelType::kUInt8, {1, 1, 1, 60, 90});
  LabelVolume adaptive(shape), plain(shape);
  LabelWriter writer(adaptive), writer_plain(plain);
  Brush brush{.radius = 12};
  brush.first_radius = 4;
  const WorldPoint from{0.5, 30.5, 15.5}, to{0.5, 30.5, 65.5};
  AdaptiveStroke({}).paint(writer, adaptive, {volume}, from, to, brush);
  paint(writer_plain, plain, {}, from, to, brush);
  int missing = 0, all = 0;
  for (std::int64_t y = 0; y < 60; ++y) {
    for (std::int64_t x = 0; x < 90; ++x) {
      EXPECT_LE(adaptive.at({0, y, x}), plain.at({0, y, x})) << y << " " << x;
      all += plain.at({0, y, x}) != 0 ? 1 : 0;
      missing += adaptive.at({0, y, x}) != plain.at({0, y, x}) ? 1 : 0;
    }
  }
  EXPECT_LT(missing, all / 50) << "between its dabs";
}

TEST(AdaptiveBrush, AtTheBorderAndOutside) {
  Random random(4);
  const Volume volume = made_picture({1, 30, 30}, {}, {{{0.5, 0, 0}, 10}}, 4, random);
  const PlacedMask corner = adaptive_dab({volume}, {}, {0.5, 0.2, 0.2}, {.radius = 40});
  EXPECT_TRUE(corner.contains({0, 0, 0}));
  EXPECT_TRUE(corner.contains({0, 6, 6}));
  EXPECT_FALSE(corner.contains({0, 20, 20}));
  const PlacedMask outside = adaptive_dab({volume}, {}, {0.5, -1, 5}, {.radius = 9});
  EXPECT_TRUE(outside.box().empty());
  // A part of an image lies elsewhere.
  const PlacedMask moved =
      adaptive_dab({volume, 0, 0, {0, 100, 200}}, {}, {0.5, 102, 202}, {.radius = 4});
  EXPECT_TRUE(moved.contains({0, 102, 202}));
}

}  // namespace
}  // namespace karyo
