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

}  // namespace
}  // namespace karyo
