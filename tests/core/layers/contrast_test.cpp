#include "core/layers/contrast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace karyo {
namespace {

template <typename T>
Volume line_of(const std::vector<T>& values) {
  Volume volume(voxel_type_of<T>(), {1, 1, 1, 1, static_cast<std::int64_t>(values.size())});
  std::copy(values.begin(), values.end(), volume.view<T>().data());
  return volume;
}

template <typename T>
class AutoLimits : public ::testing::Test {};
using Types = ::testing::Types<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t,
                               std::uint32_t, std::int32_t, float, double>;
TYPED_TEST_SUITE(AutoLimits, Types);

TYPED_TEST(AutoLimits, ArePercentilesAsNumpyDefinesThem) {
  const Volume volume = line_of<TypeParam>({3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5});
  const ValueRange limits = auto_limits(volume, {}, {35, 99.9});
  EXPECT_DOUBLE_EQ(limits.low, 3.0);
  EXPECT_DOUBLE_EQ(limits.high, 8.97);  // numpy.percentile(values, 99.9)
  EXPECT_DOUBLE_EQ(auto_limits(volume, {}, {10, 100}).low, 1.0);
}

TEST(Contrast, NegativeValuesAndNotANumber) {
  EXPECT_DOUBLE_EQ(auto_limits(line_of<std::int16_t>({-300, -100, 200}), {}, {0, 100}).low, -300);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const ValueRange limits = auto_limits(line_of<float>({nan, 1, 2, infinity, 3}), {}, {0, 100});
  EXPECT_DOUBLE_EQ(limits.low, 1);
  EXPECT_DOUBLE_EQ(limits.high, 3);
}

TEST(Contrast, LimitsAreAlwaysApart) {
  EXPECT_DOUBLE_EQ(auto_limits(line_of<std::uint8_t>({7, 7, 7}), {}).high, 8);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const ValueRange none = auto_limits(line_of<float>({nan, nan}), {});
  EXPECT_GT(none.high, none.low);
  const ValueRange huge = auto_limits(line_of<double>({1e300, 1e300}), {});
  EXPECT_GT(huge.high, huge.low);
}

TEST(Contrast, LooksAtTheRegionAskedFor) {
  Volume volume(VoxelType::kUInt16, {2, 2, 3, 4, 5});
  auto view = volume.view<std::uint16_t>(1, 1);
  std::fill_n(view.data(), view.count(), std::uint16_t{100});
  view(1, 2, 3) = 900;
  EXPECT_DOUBLE_EQ(auto_limits(volume, {0, 1, {}}, {0, 100}).high, 1);
  EXPECT_DOUBLE_EQ(auto_limits(volume, {1, 1, {}}, {0, 100}).high, 900);
  const Box3 plane{{0, 0, 0}, {1, 4, 5}};
  EXPECT_DOUBLE_EQ(auto_limits(volume, {1, 1, plane}, {0, 100}).high, 101);
  const Box3 outside{{5, 0, 0}, {9, 4, 5}};
  EXPECT_GT(auto_limits(volume, {1, 1, outside}).high, 0);
}

TEST(Contrast, SamplesOfALargeVolumeSpreadEvenly) {
  // Value = column: a careless stride would see a few columns only.
  Volume volume(VoxelType::kUInt16, {1, 1, 4, 1024, 1024});
  auto* voxel = volume.view<std::uint16_t>().data();
  for (std::int64_t i = 0; i < volume.shape().count(); ++i) {
    voxel[i] = static_cast<std::uint16_t>(i % 1024);
  }
  const ValueRange limits = auto_limits(volume, {}, {1, 99});
  EXPECT_NEAR(limits.low, 10.23, 1.1);
  EXPECT_NEAR(limits.high, 1012.77, 1.1);
}

TEST(Contrast, FirstLimitsTakeTheFilesRange) {
  Volume volume = line_of<std::uint16_t>({0, 50, 4000});
  volume.channels.resize(1);
  volume.channels[0] = {"", true, 10, 200, {}};
  EXPECT_DOUBLE_EQ(first_limits(volume, 0).high, 200);
  volume.channels[0].range_high = 10;  // not sensible
  EXPECT_GT(first_limits(volume, 0).high, 3000);
  Volume picture(VoxelType::kUInt8, {1, 3, 1, 2, 2});
  picture.rgb = true;
  EXPECT_DOUBLE_EQ(first_limits(picture, 0).high, 255);
  EXPECT_DOUBLE_EQ(slider_range(volume, {}).high, 4000);
}

TEST(Contrast, AHistogramCountsEachVoxelOnce) {
  const Histogram found =
      histogram(line_of<float>({0, 0.5f, 1, 2, 4, 4.5f, -1}), {}, {0, 4}, 4);
  EXPECT_EQ(found.counts, (std::vector<std::int64_t>{2, 1, 1, 1}));
}

TEST(Contrast, LargeRegionsAreSampledEvenly) {
  Volume volume(VoxelType::kUInt16, {1, 1, 5, 700, 611});
  auto view = volume.view<std::uint16_t>();
  const Index3 shape = view.shape();
  for (std::int64_t i = 0; i < shape.count(); ++i)
    view.data()[i] = static_cast<std::uint16_t>(i % 60013);
  // The whole, and a box that begins and ends within rows.
  for (const Box3& box : {Box3::of_shape(shape), Box3{{1, 3, 7}, {5, 699, 601}}}) {
    const Histogram counted = histogram(volume, {0, 0, box}, {0, 60013}, 60013);
    std::int64_t step = 1 + (box.shape().count() - 1) / kContrastSamples;
    ASSERT_GT(step, 1);
    while (std::gcd(step, box.shape().x) != 1 || std::gcd(step, box.shape().y) != 1) ++step;
    std::vector<std::int64_t> expected(60013);
    for (std::int64_t i = 0; i < box.shape().count(); i += step) {
      const std::int64_t row = i / box.shape().x;
      ++expected[view(box.begin.z + row / box.shape().y, box.begin.y + row % box.shape().y,
                      box.begin.x + i % box.shape().x)];
    }
    EXPECT_EQ(counted.counts, expected);
  }
}

}  // namespace
}  // namespace karyo
