// Bins, quartiles and ticks against numpy's and by hand.

#include "core/measure/distribution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

namespace karyo {
namespace {

TEST(Distribution, QuartilesAreNumpys) {
  // numpy.percentile([1, 2, 4, 8, 16, 32, 100], [25, 50, 75]) -> 3, 8, 24
  const std::vector<double> values{100, 1, 2, 4, 8, 16, 32, NAN};
  const BoxNumbers box = box_of(values);
  EXPECT_DOUBLE_EQ(box.first_quartile, 3);
  EXPECT_DOUBLE_EQ(box.median, 8);
  EXPECT_DOUBLE_EQ(box.third_quartile, 24);
  EXPECT_DOUBLE_EQ(box.low, 1);
  EXPECT_DOUBLE_EQ(box.high, 32) << "100 lies beyond 24 + 1.5 * 21";
  EXPECT_EQ(box.count, 7);
  EXPECT_TRUE(std::isnan(box_of(std::vector<double>{NAN}).median));
  EXPECT_DOUBLE_EQ(box_of(std::vector<double>{5}).high, 5);
}

TEST(Distribution, EveryValueIsInItsBin) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal(40, 7);
  for (const std::size_t count : {1U, 2U, 17U, 1000U}) {
    std::vector<double> values(count);
    for (double& value : values) value = normal(random);
    const ValueBins bins = bins_of(values);
    EXPECT_EQ(std::accumulate(bins.counts.begin(), bins.counts.end(), std::int64_t{0}),
              static_cast<std::int64_t>(count));
    EXPECT_LE(bins.counts.size(), 61U);
    for (const double value : values) EXPECT_GE(bins.bin_of(value), 0);
    EXPECT_GT(bins.counts.front(), 0);
    EXPECT_GT(bins.counts.back(), 0);
  }
  EXPECT_TRUE(bins_of({}).counts.empty());
  EXPECT_EQ(bins_of(std::vector<double>{3, 3, 3}).counts, (std::vector<std::int64_t>{3}));
  const ValueBins alike = bins_of(std::vector<double>{0.18027756, 0.18027756 + 1e-16, 0.18027756});
  EXPECT_EQ(alike.counts, (std::vector<std::int64_t>{3})) << "alike but for rounding";
  EXPECT_EQ(alike.bin_of(0.18027756), 0);
  EXPECT_TRUE(bins_of(std::vector<double>{-1e308, 1e308}).counts.empty());
  EXPECT_LE(bins_of(std::vector<double>{0, 0, 0, 0, 1e9}).counts.size(), 61U) << "an outlier";
}

TEST(Distribution, SpreadIsOfASample) {
  const SpreadNumbers spread = spread_of(std::vector<double>{2, 4, NAN, 9});
  EXPECT_DOUBLE_EQ(spread.mean, 5);
  EXPECT_DOUBLE_EQ(spread.deviation, std::sqrt(13.0));
  EXPECT_TRUE(std::isnan(spread_of(std::vector<double>{1}).deviation));
}

TEST(Distribution, TicksAreRound) {
  EXPECT_DOUBLE_EQ(round_step(0.3), 0.5);
  EXPECT_DOUBLE_EQ(round_step(2), 2);
  EXPECT_DOUBLE_EQ(round_step(51), 100);
  const auto ticks = round_ticks(3, 98, 6);
  ASSERT_EQ(ticks.size(), 4U);
  EXPECT_DOUBLE_EQ(ticks.front(), 20);
  EXPECT_DOUBLE_EQ(ticks.back(), 80);
  EXPECT_EQ(round_ticks(1, 1 + 1e-15, 6).size(), 1U);
  EXPECT_EQ(round_ticks(5, 5, 6), (std::vector<double>{5}));
}

}  // namespace
}  // namespace karyo
