#include "core/image/normalize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "tests/support/npy.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

template <typename T>
Volume volume_of(const std::vector<T>& values) {
  Volume volume(voxel_type_of<T>(), {1, 1, 1, 1, static_cast<std::int64_t>(values.size())});
  std::memcpy(volume.data(), values.data(), values.size() * sizeof(T));
  return volume;
}

TEST(Percentiles, InterpolateBetweenNeighbours) {
  const double percents[] = {0, 10, 50, 75, 100};
  // numpy.percentile([4, 1, 3, 2, 10], [0, 10, 50, 75, 100])
  const std::vector<double> expected{1, 1.4, 3, 4, 10};
  const auto check = [&](const Volume& volume) {
    const auto found = percentiles(volume, 0, 0, percents);
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_DOUBLE_EQ(found[i], expected[i]);
  };
  check(volume_of<std::uint8_t>({4, 1, 3, 2, 10}));
  check(volume_of<std::uint16_t>({4, 1, 3, 2, 10}));
  check(volume_of<std::uint32_t>({4, 1, 3, 2, 10}));
  check(volume_of<float>({4, 1, 3, 2, 10}));
  check(volume_of<double>({4, 1, NAN, 3, 2, 10}));
}

TEST(Percentiles, KnowNegativeIntegers) {
  const double percents[] = {0, 50, 100};
  const auto found = percentiles(volume_of<std::int16_t>({-300, 7, -2}), 0, 0, percents);
  EXPECT_EQ(found, (std::vector<double>{-300, -2, 7}));
}

TEST(PercentileScale, FallsBackToTheRangeOfANearlyEmptyImage) {
  std::vector<std::uint8_t> values(10000, 5);
  values[17] = 25;
  const auto scale = percentile_scale(volume_of(values), 0, 0, 1, 99.8);
  EXPECT_FLOAT_EQ(scale(5), 0);
  EXPECT_FLOAT_EQ(scale(25), 1);
}

TEST(PercentileScale, TurnsAConstantImageIntoZeros) {
  const auto scale = percentile_scale(volume_of(std::vector<float>(100, 3.5F)), 0, 0, 1, 99.8);
  EXPECT_EQ(scale(3.5F), 0);
}

TEST(PercentileScale, EqualsTheReference) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/functions";
  const auto image = test::read_npy(folder / "img2d_u16.npy");
  const auto golden = test::read_npz(folder / "normalize.npz");
  const auto volume = volume_of(image.as<std::uint16_t>());
  const auto scale = percentile_scale(volume, 0, 0, 1, 99.8);
  const auto& expected = golden.at("p1_998").values;
  ASSERT_EQ(image.values.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(scale(static_cast<float>(image.values[i])), static_cast<float>(expected[i])) << i;
  }
}

TEST(PercentileScale, TreatsChannelsOnTheirOwnAsTheReference) {
  KARYO_NEEDS_SHARED();
  const auto golden = test::read_npz(test::shared_dir() / "golden/functions/normalize.npz");
  const auto& input = golden.at("rgb_input");
  const auto& expected = golden.at("rgb_axis01");
  const std::int64_t pixels = input.shape[0] * input.shape[1];
  Volume volume(VoxelType::kUInt8, {1, 3, 1, input.shape[0], input.shape[1]});
  for (std::int64_t c = 0; c < 3; ++c) {
    for (std::int64_t i = 0; i < pixels; ++i) {
      volume.view<std::uint8_t>(0, c).data()[i] =
          static_cast<std::uint8_t>(input.values[static_cast<std::size_t>(i * 3 + c)]);
    }
  }
  // The file's percentiles are read off it: the one pair whose result it holds.
  const auto difference = [&](double low, double high) {
    double largest = 0;
    for (std::int64_t c = 0; c < 3; ++c) {
      const auto scale = percentile_scale(volume, 0, c, low, high);
      for (std::int64_t i = 0; i < pixels; ++i) {
        const auto at = static_cast<std::size_t>(i * 3 + c);
        largest = std::max(
            largest, std::abs(scale(static_cast<float>(input.values[at])) - expected.values[at]));
      }
    }
    return largest;
  };
  EXPECT_LT(difference(1, 99.8), 1e-6);
}

}  // namespace
}  // namespace karyo
