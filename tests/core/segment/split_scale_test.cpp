#include "core/segment/split_scale.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/random.h"

namespace karyo {
namespace {

/// A ball (a disc in a plane) of `radius` pixels of x.
void add_ball(Mask& mask, const VoxelGrid& grid, Index3 centre, double radius) {
  const Index3 shape = mask.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const double dz = static_cast<double>(z - centre.z) * grid.spacing_z;
        const double dy = static_cast<double>(y - centre.y) * grid.spacing_y;
        const double dx = static_cast<double>(x - centre.x) * grid.spacing_x;
        if (std::hypot(dz, dy, dx) < radius * grid.spacing_x) mask(z, y, x) = 255;
      }
    }
  }
}

std::size_t objects_of(const LabelArray& labels) {
  std::set<std::uint32_t> ids(labels.begin(), labels.end());
  ids.erase(0);
  return ids.size();
}

std::size_t parts_of(const Mask& mask, const VoxelGrid& grid, const ScaleSplit& options = {}) {
  const auto labels = split_by_scale(mask.view(), grid, options);
  EXPECT_TRUE(labels);
  return labels ? objects_of(*labels) : 0;
}

TEST(SplitByScale, CutsTouchingDiscsOfAnySizeAndLeavesOneWhole) {
  for (const std::int64_t radius : {5, 9, 17, 40}) {
    const std::int64_t side = 4 * radius + 20;
    const auto r = static_cast<double>(radius);
    Mask mask({1, side, side});
    add_ball(mask, {}, {0, radius + 3, radius + 3}, r);
    EXPECT_NEAR(typical_radius(mask.view(), {}), r, 1);
    EXPECT_EQ(parts_of(mask, {}), 1U) << radius;
    const std::int64_t step = std::llround(1.6 * r / std::sqrt(2.0));
    add_ball(mask, {}, {0, radius + 3 + step, radius + 3 + step}, r);
    EXPECT_EQ(parts_of(mask, {}), 2U) << radius;
  }
}

TEST(SplitByScale, CutsTouchingBallsAlongEachAxisOfAnUnevenGrid) {
  const VoxelGrid grid{0.6, 0.3, 0.2, "um", 0, "sec"};
  const double radius = 12;  // 4 planes, 8 rows
  for (const Index3 step : {Index3{7, 0, 0}, Index3{0, 13, 0}, Index3{0, 0, 20}}) {
    Mask mask({20, 40, 60});
    const Index3 first{6, 12, 18}, second = first + step;
    add_ball(mask, grid, first, radius);
    EXPECT_NEAR(typical_radius(mask.view(), grid), radius, 1.5);
    EXPECT_EQ(parts_of(mask, grid), 1U);
    add_ball(mask, grid, second, radius);
    const auto labels = split_by_scale(mask.view(), grid, {});
    ASSERT_TRUE(labels);
    EXPECT_EQ(objects_of(*labels), 2U) << step.z << step.y << step.x;
    EXPECT_NE((*labels)(first.z, first.y, first.x), (*labels)(second.z, second.y, second.x));
  }
}

TEST(SplitByScale, AWaveOnALargeOutlineIsNoNeck) {
  Mask mask({1, 140, 140});
  for (std::int64_t y = 0; y < 140; ++y) {
    for (std::int64_t x = 0; x < 140; ++x) {
      const double dy = static_cast<double>(y - 70), dx = static_cast<double>(x - 70);
      const double reach = 50 + 3 * std::sin(9 * std::atan2(dy, dx));
      if (std::hypot(dy / 0.7, dx) < reach) mask(0, y, x) = 255;
    }
  }
  EXPECT_EQ(parts_of(mask, {}), 1U);
}

TEST(SplitByScale, TheTypicalObjectIsNotASpeck) {
  Mask mask({1, 200, 200});
  for (std::int64_t i = 0; i < 9; ++i)
    add_ball(mask, {}, {0, 30 + i / 3 * 60, 30 + i % 3 * 60}, 14);
  for (std::int64_t i = 0; i < 60; ++i) add_ball(mask, {}, {0, 2 + i % 3 * 60, 2 + i / 3 * 10}, 2);
  EXPECT_NEAR(typical_radius(mask.view(), {}), 14, 1);
}

TEST(SplitByScale, LabelsExactlyTheForegroundOfAnyMask) {
  Random random(6);
  for (int round = 0; round < 40; ++round) {
    Mask mask({1 + random.below(5), 1 + random.below(14), 1 + random.below(14)});
    const double density = round == 0 ? 0 : round == 1 ? 1 : random.uniform();
    for (auto& voxel : mask) voxel = random.uniform() < density ? 255 : 0;
    ScaleSplit options;
    options.smoothing = random.uniform(0, 1);
    options.tolerance = random.uniform(0, 0.9);
    options.radius = round % 2 == 0 ? 0 : random.uniform(0.5, 6);
    const auto labels = split_by_scale(mask.view(), {}, options);
    ASSERT_TRUE(labels);
    std::uint32_t highest = 0;
    for (std::int64_t i = 0; i < mask.count(); ++i) {
      const std::uint32_t id = labels->data()[i];
      EXPECT_EQ(id != 0, mask.data()[i] != 0);
      EXPECT_LE(id, highest + 1);  // in the order of first voxels
      highest = std::max(highest, id);
    }
  }
}

TEST(SplitByScale, BrightnessCutsWhatShapeDoesNot) {
  // A capsule with two bright ends.
  Mask mask({1, 40, 80});
  Array3<float> image({1, 40, 80});
  for (std::int64_t y = 0; y < 40; ++y) {
    for (std::int64_t x = 0; x < 80; ++x) {
      const double along = std::clamp(static_cast<double>(x), 25.0, 55.0);
      const double across = std::hypot(static_cast<double>(x) - along, static_cast<double>(y - 20));
      if (across < 12) mask(0, y, x) = 255;
      const double ends = std::min(std::hypot(double(x - 25), double(y - 20)),
                                   std::hypot(double(x - 55), double(y - 20)));
      image(0, y, x) = static_cast<float>(20 + 100 * std::exp(-ends * ends / 100));
    }
  }
  EXPECT_EQ(parts_of(mask, {}), 1U);
  ScaleSplit options;
  options.brightness = 1;
  const auto labels = split_by_scale(mask.view(), {}, options, image.view());
  ASSERT_TRUE(labels);
  EXPECT_EQ(objects_of(*labels), 2U);
}

TEST(SplitByScale, WhatIsOutOfRangeIsTold) {
  const Mask mask({1, 8, 8}, 255);
  const auto code_of = [&](const ScaleSplit& options) {
    const auto labels = split_by_scale(mask.view(), {}, options);
    return labels ? ErrorCode::kInternal : labels.error().code;
  };
  for (const auto& options :
       {ScaleSplit{-1, 0.2, 0.1, 0}, ScaleSplit{0, 3, 0.1, 0}, ScaleSplit{0, 0.2, 1, 0},
        ScaleSplit{0, 0.2, 0.1, 1}, ScaleSplit{std::nan(""), 0.2, 0.1, 0}}) {
    EXPECT_EQ(code_of(options), ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace karyo
