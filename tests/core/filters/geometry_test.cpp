#include "core/filters/geometry.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"
#include "core/filters/calculate.h"
#include "core/filters/drift.h"

namespace karyo {
namespace {

using U16 = std::uint16_t;

/// value = 1000 t + 500 c + 100 z + 10 y + x.
Volume numbered(VolumeShape shape) {
  Volume volume(VoxelType::kUInt16, shape);
  volume.grid.spacing_z = 3;
  volume.grid.spacing_y = 2;
  volume.grid.spacing_x = 1;
  volume.grid.unit = "um";
  for (std::int64_t t = 0; t < shape.t; ++t) {
    for (std::int64_t c = 0; c < shape.c; ++c) {
      auto view = volume.view<U16>(t, c);
      for (std::int64_t z = 0; z < shape.z; ++z) {
        for (std::int64_t y = 0; y < shape.y; ++y) {
          for (std::int64_t x = 0; x < shape.x; ++x) {
            view(z, y, x) = static_cast<U16>(1000 * t + 500 * c + 100 * z + 10 * y + x);
          }
        }
      }
    }
  }
  return volume;
}

TEST(Geometry, ACropIsThatPartAtItsPlace) {
  const Volume whole = numbered({2, 2, 3, 5, 6});
  const auto part = crop(whole, {1, 2, 1, 2, {{1, 2, 3}, {3, 4, 6}}});
  ASSERT_TRUE(part) << part.error().what;
  EXPECT_EQ(part->shape(), (VolumeShape{1, 1, 2, 2, 3}));
  EXPECT_EQ((part->view<U16>()(0, 0, 0)), 1000 + 500 + 100 + 20 + 3);
  EXPECT_EQ((part->view<U16>()(1, 1, 2)), 1000 + 500 + 200 + 30 + 5);
  EXPECT_EQ(part->grid.origin_z, 3);
  EXPECT_EQ(part->grid.origin_y, 4);
  EXPECT_EQ(part->grid.origin_x, 3);
  EXPECT_FALSE(crop(whole, {0, 2, 0, 2, {{0, 0, 0}, {3, 5, 7}}}));
  EXPECT_FALSE(crop(whole, {1, 1, 0, 2, {{0, 0, 0}, {3, 5, 6}}}));
}

TEST(Geometry, ProjectionsAlongEachAxis) {
  TaskControl control;
  const Volume whole = numbered({2, 1, 3, 4, 5});
  const auto at = [&](char axis, ProjectionKind kind) {
    auto flat = project(whole, axis, kind, control);
    EXPECT_TRUE(flat);
    return flat->type() == VoxelType::kUInt16
               ? static_cast<double>(flat->view<U16>()(0, 1, 0))
               : static_cast<double>(flat->view<float>()(0, 1, 0));
  };
  EXPECT_EQ(at('z', ProjectionKind::kMaximum), 210);
  EXPECT_EQ(at('z', ProjectionKind::kMinimum), 10);
  EXPECT_EQ(at('z', ProjectionKind::kMean), 110);
  EXPECT_EQ(at('z', ProjectionKind::kSum), 330);
  EXPECT_EQ(at('z', ProjectionKind::kDeviation), 100);
  EXPECT_EQ(at('z', ProjectionKind::kMedian), 110);
  EXPECT_EQ(at('x', ProjectionKind::kMaximum), 14);
  EXPECT_EQ(at('t', ProjectionKind::kMaximum), 1010);
  EXPECT_EQ(at('t', ProjectionKind::kMean), 510);
  EXPECT_EQ(project(whole, 'y', ProjectionKind::kSum, control)->shape(),
            (VolumeShape{2, 1, 3, 1, 5}));
  EXPECT_FALSE(project(whole, 'c', ProjectionKind::kSum, control));
}

TEST(Geometry, TurnsAndFlipsComeBack) {
  const Volume whole = numbered({1, 1, 2, 3, 4});
  const Volume right = rotate(whole, 1);
  EXPECT_EQ(right.shape(), (VolumeShape{1, 1, 2, 4, 3}));
  EXPECT_EQ((right.view<U16>()(0, 0, 2)), 0) << "the upper left corner goes to the upper right";
  EXPECT_EQ((right.view<U16>()(0, 3, 0)), 23);
  EXPECT_EQ(right.grid.spacing_x, 2);
  const auto same = [&](const Volume& other) {
    return other.shape() == whole.shape() && other.grid == whole.grid &&
           std::equal(whole.data(), whole.data() + whole.size_bytes(), other.data());
  };
  EXPECT_TRUE(same(rotate(right, -1)));
  EXPECT_TRUE(same(rotate(rotate(whole, 2), 6)));
  for (const char axis : {'z', 'y', 'x'}) EXPECT_TRUE(same(*flip(*flip(whole, axis), axis)));
  EXPECT_EQ((flip(whole, 'x')->view<U16>()(1, 2, 0)), 123);
  EXPECT_FALSE(flip(whole, 't'));
  EXPECT_TRUE(same(reslice(reslice(whole, Plane::kXZ), Plane::kXZ)));
  EXPECT_TRUE(same(reslice(reslice(whole, Plane::kYZ), Plane::kYZ)));
  EXPECT_EQ((reslice(whole, Plane::kXZ).view<U16>()(2, 1, 3)), 123);
  EXPECT_EQ(reslice(whole, Plane::kXZ).grid.spacing_y, 3);
}

TEST(Geometry, ResamplingKeepsExtentMeansAndRamps) {
  TaskControl control;
  const Volume whole = numbered({1, 1, 4, 6, 8});
  const auto half = resample(whole, {2, 3, 4}, Resampling::kLinear, control);
  ASSERT_TRUE(half);
  EXPECT_EQ(half->grid.spacing_z, 6);
  EXPECT_EQ((half->view<U16>()(0, 0, 0)), std::lround(50 + 5 + 0.5)) << "the mean of 2 x 2 x 2";
  const auto twice = resample(whole, {4, 6, 16}, Resampling::kLinear, control);
  ASSERT_TRUE(twice);
  EXPECT_EQ((twice->view<U16>()(0, 0, 0)), 0);
  EXPECT_EQ((twice->view<U16>()(0, 0, 15)), 7);
  const auto nearest = resample(whole, {4, 6, 16}, Resampling::kNearest, control);
  EXPECT_EQ((nearest->view<U16>()(3, 5, 9)), 354);
  const auto uneven = resample(whole, {4, 6, 5}, Resampling::kLinear, control);
  double sum = 0;
  for (int x = 0; x < 5; ++x) sum += uneven->view<U16>()(0, 0, x);
  EXPECT_NEAR(sum / 5, 3.5, 0.5);
  EXPECT_FALSE(resample(whole, {0, 1, 1}, Resampling::kLinear, control));
  EXPECT_FALSE(resample(whole, {100000, 100000, 10}, Resampling::kLinear, control));
}

TEST(Geometry, ChannelsAreMerged) {
  const Volume one = numbered({2, 1, 2, 3, 4}), two = numbered({2, 2, 2, 3, 4});
  const Volume* images[] = {&one, &two};
  const std::string names[] = {"a", "b"};
  const auto merged = merge_channels(images, names);
  ASSERT_TRUE(merged) << merged.error().what;
  EXPECT_EQ(merged->shape().c, 3);
  EXPECT_EQ((merged->view<U16>(1, 0)(1, 2, 3)), 1123);
  EXPECT_EQ((merged->view<U16>(1, 2)(1, 2, 3)), 1623);
  EXPECT_EQ(merged->channels[0].name, "a");
  const Volume other = numbered({1, 1, 2, 3, 5});
  const Volume* differ[] = {&one, &other};
  const auto refused = merge_channels(differ, names);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("b differs"), std::string::npos);
}

TEST(Calculate, ClipsRoundsAndDivides) {
  TaskControl control;
  Volume a(VoxelType::kUInt8, {1, 1, 1, 1, 4}), b(VoxelType::kInt16, {1, 1, 1, 1, 4});
  const std::uint8_t as[] = {0, 10, 200, 255};
  const std::int16_t bs[] = {0, -20, 100, 3};
  std::copy_n(as, 4, a.view<std::uint8_t>().data());
  std::copy_n(bs, 4, b.view<std::int16_t>().data());
  const auto run = [&](const char* how, const std::variant<const Volume*, double>& with,
                       bool as_float = false) {
    const auto result = calculate(a, *calculation_from(how), with, as_float, control);
    EXPECT_TRUE(result) << result.error().what;
    std::vector<double> values;
    for (int i = 0; i < 4; ++i) {
      values.push_back(as_float ? result->view<float>()(0, 0, i)
                                : result->view<std::uint8_t>()(0, 0, i));
    }
    return values;
  };
  EXPECT_EQ(run("add", &b), (std::vector<double>{0, 0, 255, 255}));
  EXPECT_EQ(run("subtract", &b), (std::vector<double>{0, 30, 100, 252}));
  EXPECT_EQ(run("divide", &b), (std::vector<double>{0, 0, 2, 85}));
  EXPECT_EQ(run("add", &b, true), (std::vector<double>{0, -10, 300, 258}));
  EXPECT_EQ(run("multiply", 0.5), (std::vector<double>{0, 5, 100, 128}));
  EXPECT_EQ(run("and", 15.0), (std::vector<double>{0, 10, 8, 15}));
  EXPECT_EQ(run("difference", 100.0), (std::vector<double>{100, 90, 100, 155}));
  EXPECT_TRUE(std::isnan(run("divide", &b, true)[0]));
  EXPECT_FALSE(calculation_from("power"));
  const Volume wide(VoxelType::kUInt8, {1, 1, 1, 1, 5});
  EXPECT_FALSE(calculate(a, Calculation::kAdd, &wide, false, control));
  const Volume real(VoxelType::kFloat32, {1, 1, 1, 1, 4});
  EXPECT_FALSE(calculate(a, Calculation::kAnd, &real, false, control));
}

/// Blobs that move by a shift a step.
Volume drifting(bool time, const std::vector<Index3>& shifts) {
  const auto count = static_cast<std::int64_t>(shifts.size());
  Volume movie(VoxelType::kUInt16, {time ? count : 1, 1, time ? 12 : count, 64, 72});
  Random random(4);
  std::vector<Index3> blobs;
  for (int i = 0; i < 14; ++i) {
    blobs.push_back({3 + static_cast<std::int64_t>(random.below(6)),
                     14 + static_cast<std::int64_t>(random.below(36)),
                     14 + static_cast<std::int64_t>(random.below(44))});
  }
  for (std::int64_t i = 0; i < count; ++i) {
    auto view = movie.view<U16>(time ? i : 0);
    const Index3 by = shifts[static_cast<std::size_t>(i)];
    for (std::int64_t z = time ? 0 : i; z < (time ? 12 : i + 1); ++z) {
      for (std::int64_t y = 0; y < 64; ++y) {
        for (std::int64_t x = 0; x < 72; ++x) {
          double value = 100 + static_cast<double>(random.below(10));
          for (const Index3& blob : blobs) {
            const auto dz = static_cast<double>(time ? z - blob.z - by.z : 0);
            const auto dy = static_cast<double>(y - blob.y - by.y);
            const auto dx = static_cast<double>(x - blob.x - by.x);
            value += 800 * std::exp(-(dz * dz + dy * dy + dx * dx) / 9);
          }
          view(z, y, x) = static_cast<U16>(value);
        }
      }
    }
  }
  return movie;
}

TEST(Drift, IsFoundAndTakenAway) {
  TaskControl control;
  const std::vector<Index3> moved{{0, 0, 0}, {0, 2, -3}, {1, 5, -4}, {2, 4, 1}};
  const Volume movie = drifting(true, moved);
  const auto found = find_drift(movie, DriftAlong::kTime, 0, control);
  ASSERT_TRUE(found) << found.error().what;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    EXPECT_EQ((*found)[i], moved[i]) << (*found)[i].z << ' ' << (*found)[i].y << ' ' << (*found)[i].x;
  }
  const auto still = take_drift_away(movie, DriftAlong::kTime, *found);
  ASSERT_TRUE(still);
  for (const Index3 p : {Index3{5, 20, 30}, Index3{6, 40, 40}, Index3{4, 33, 25}}) {
    for (std::int64_t t = 1; t < 4; ++t) {
      EXPECT_NEAR(still->view<U16>(t)(p), still->view<U16>(0)(p), 12) << t;
    }
  }
  const std::vector<Index3> planes{{0, 0, 0}, {0, -2, 3}, {0, -4, 2}};
  const auto between = find_drift(drifting(false, planes), DriftAlong::kPlanes, 0, control);
  ASSERT_TRUE(between);
  EXPECT_EQ(*between, planes);
  EXPECT_FALSE(find_drift(movie, DriftAlong::kTime, 1, control));
  EXPECT_FALSE(find_drift(numbered({1, 1, 1, 8, 8}), DriftAlong::kTime, 0, control));
  EXPECT_FALSE(take_drift_away(movie, DriftAlong::kTime, planes));
}

}  // namespace
}  // namespace karyo
