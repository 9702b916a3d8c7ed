#include "models/train/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace karyo {
namespace {

TEST(ReduceOnPlateau, HalvesAfterPatienceEpochsWithoutImprovement) {
  ReduceOnPlateau schedule{.factor = 0.5, .patience = 3};
  double rate = 1;
  // First value improves on infinity; three that do not; the count starts anew.
  const double losses[] = {5, 5, 6, 5, 5, 5, 4, 5, 5, 5};
  const double expected[] = {1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25};
  for (int epoch = 0; epoch < 10; ++epoch) {
    rate = schedule.next_rate(rate, losses[epoch]);
    EXPECT_EQ(rate, expected[epoch]) << epoch;
  }
}

TEST(ReduceOnPlateau, CountsNaNAsNoImprovement) {
  ReduceOnPlateau schedule{.factor = 0.1, .patience = 1};
  EXPECT_EQ(schedule.next_rate(1, 2), 1);
  EXPECT_EQ(schedule.next_rate(1, NAN), 0.1);
  EXPECT_EQ(schedule.best, 2);
}

TEST(ReduceOnPlateau, AnImprovementIsAtLeastMinDelta) {
  ReduceOnPlateau schedule{.factor = 0.5, .patience = 1, .min_delta = 0.1};
  EXPECT_EQ(schedule.next_rate(1, 2), 1);
  EXPECT_EQ(schedule.next_rate(1, 1.95), 0.5);
  EXPECT_EQ(schedule.best, 2);
  EXPECT_EQ(schedule.next_rate(1, 1.8), 1);
}

TEST(CosineRate, FallsFromTheRateToZero) {
  EXPECT_DOUBLE_EQ(cosine_rate(2, 0, 10), 2);
  EXPECT_NEAR(cosine_rate(2, 5, 10), 1, 1e-12);
  EXPECT_EQ(cosine_rate(2, 10, 10), 0);
  for (int i = 0; i < 10; ++i) EXPECT_GT(cosine_rate(2, i, 10), cosine_rate(2, i + 1, 10));
}

TEST(WarmupShare, RisesToOneAndStays) {
  EXPECT_DOUBLE_EQ(warmup_share(0, 4), 0.25);
  EXPECT_DOUBLE_EQ(warmup_share(2, 4), 0.75);
  EXPECT_EQ(warmup_share(3, 4), 1);
  EXPECT_EQ(warmup_share(100, 4), 1);
  EXPECT_EQ(warmup_share(0, 0), 1);
}

}  // namespace
}  // namespace karyo
