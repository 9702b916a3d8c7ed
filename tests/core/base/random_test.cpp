#include "core/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace karyo {
namespace {

TEST(Random, RepeatsFromASeedAndFromASavedState) {
  Random a(7), b(7);
  EXPECT_EQ(a.next(), b.next());
  const auto saved = a.state();
  const double expected = a.normal();
  Random c(1);
  c.set_state(saved);
  EXPECT_EQ(c.normal(), expected);
}

TEST(Random, HasTheMomentsItShould) {
  Random random(3);
  double sum = 0, square = 0, normal_sum = 0, normal_square = 0;
  constexpr int kDraws = 200000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    square += u * u;
    const double g = random.normal();
    normal_sum += g;
    normal_square += g * g;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.005);
  EXPECT_NEAR(square / kDraws, 1.0 / 3, 0.005);
  EXPECT_NEAR(normal_sum / kDraws, 0, 0.01);
  EXPECT_NEAR(normal_square / kDraws, 1, 0.015);
}

TEST(Random, PermutationHoldsEveryIndexOnce) {
  Random random(11);
  auto order = random.permutation(100);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::int64_t i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Random, BelowIsEven) {
  Random random(5);
  std::array<int, 3> counts{};
  for (int i = 0; i < 30000; ++i) ++counts[static_cast<std::size_t>(random.below(3))];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 400);
}

}  // namespace
}  // namespace karyo
