#include "models/train/patch_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/image/volume_view.h"

namespace karyo {
namespace {

LabelArray random_labels(Index3 shape, double share, std::uint64_t seed) {
  Random random(seed);
  LabelArray labels(shape);
  for (auto& label : labels) label = random.uniform() < share ? 3 : 0;
  return labels;
}

PatchPositions positions_of(const LabelArray& labels, Index3 patch) {
  return {labels.shape(), patch,
          [&](std::int64_t z, std::int64_t y, std::int64_t x) { return labels(z, y, x); }};
}

/// The rule as it is told: the patch has a labelled pixel.
std::vector<Index3> eligible_reference(const LabelArray& labels, Index3 patch) {
  std::vector<Index3> result;
  const Index3 last = labels.shape() - patch;
  for (std::int64_t z = 0; z <= last.z; ++z) {
    for (std::int64_t y = 0; y <= last.y; ++y) {
      for (std::int64_t x = 0; x <= last.x; ++x) {
        bool any = false;
        const LabelView seen = labels.view().crop({{z, y, x}, Index3{z, y, x} + patch});
        for (std::int64_t i = 0; i < patch.count(); ++i) {
          any = any || seen(i / (patch.y * patch.x), i / patch.x % patch.y, i % patch.x) != 0;
        }
        if (any) result.push_back({z, y, x});
      }
    }
  }
  return result;
}

TEST(PatchPositions, AreExactlyThosePatchesWithAnObject) {
  for (const Index3 patch :
       {Index3{1, 1, 1}, Index3{1, 5, 3}, Index3{1, 4, 8}, Index3{1, 23, 31}}) {
    for (const double share : {0.0, 0.002, 0.02, 0.3, 1.0}) {
      const auto labels = random_labels({1, 23, 31}, share, 5);
      const auto positions = positions_of(labels, patch);
      const auto expected = eligible_reference(labels, patch);
      ASSERT_EQ(positions.eligible_count(), static_cast<std::int64_t>(expected.size()));
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(positions.eligible(static_cast<std::int64_t>(i)), expected[i]);
      }
      EXPECT_EQ(positions.valid_count(), (23 - patch.y + 1) * (31 - patch.x + 1));
    }
  }
}

TEST(PatchPositions, OfVolumesAreExactlyThosePatchesWithAnObject) {
  for (const Index3 patch : {Index3{1, 1, 1}, Index3{3, 4, 2}, Index3{7, 9, 11}, Index3{1, 9, 5}}) {
    for (const double share : {0.0, 0.002, 0.02, 1.0}) {
      const auto labels = random_labels({7, 9, 11}, share, 6);
      const auto positions = positions_of(labels, patch);
      const auto expected = eligible_reference(labels, patch);
      const Index3 ways = labels.shape() - patch + Index3{1, 1, 1};
      EXPECT_EQ(positions.valid_count(), ways.count());
      EXPECT_EQ(positions.valid(ways.count() - 1), ways - Index3({1, 1, 1}));
      ASSERT_EQ(positions.eligible_count(), static_cast<std::int64_t>(expected.size()));
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(positions.eligible(static_cast<std::int64_t>(i)), expected[i]);
      }
    }
  }
}

TEST(PatchPositions, AreDrawnWithObjectsAsOftenAsAsked) {
  LabelArray labels({1, 100, 100});
  labels(0, 2, 2) = 1;  // few patches of 10 x 10 hold it
  const auto positions = positions_of(labels, {1, 10, 10});
  Random random(1);
  int with_object = 0;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    const Index3 at = positions.draw(random, 0.9);
    ASSERT_TRUE(at.y >= 0 && at.y <= 90 && at.x >= 0 && at.x <= 90);
    if (at.y <= 2 && at.x <= 2) ++with_object;
  }
  EXPECT_NEAR(with_object / static_cast<double>(kDraws), 0.9, 0.01);
}

TEST(PatchPositions, CoverAllWhereNothingIsLabelled) {
  const auto positions = positions_of(LabelArray({1, 12, 11}), {1, 10, 10});
  Random random(1);
  std::set<std::pair<std::int64_t, std::int64_t>> seen;
  for (int i = 0; i < 300; ++i) {
    const Index3 at = positions.draw(random, 1.0);
    seen.insert({at.y, at.x});
  }
  EXPECT_EQ(seen.size(), 6U);
}

TEST(PatchPositions, TakeFewBytesForALargeImage) {
  const auto labels = random_labels({1, 1000, 1000}, 0.01, 3);
  EXPECT_LT(positions_of(labels, {1, 256, 256}).memory_bytes(), 40'000U);
}

TEST(PatchSampler, ShowsEveryImageOnceInEachPass) {
  const PatchSampler sampler(7, 42);
  std::set<std::vector<std::int64_t>> orders;
  for (std::int64_t pass = 0; pass < 20; ++pass) {
    std::vector<std::int64_t> order;
    for (std::int64_t i = 0; i < 7; ++i) order.push_back(sampler.image_of(pass * 7 + i));
    orders.insert(order);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6}));
  }
  EXPECT_GT(orders.size(), 15U) << "passes have orders of their own";
}

TEST(PatchSampler, IsAFunctionOfSeedAndNumberAlone) {
  const PatchSampler forward(50, 1), backward(50, 1), other(50, 2);
  std::vector<std::int64_t> there, back, unlike;
  for (std::int64_t i = 0; i < 200; ++i) {
    there.push_back(forward.image_of(i));
    back.push_back(backward.image_of(199 - i));
    unlike.push_back(other.image_of(i));
    EXPECT_EQ(forward.random_of(i).state(), backward.random_of(i).state());
  }
  std::reverse(back.begin(), back.end());
  EXPECT_EQ(there, back);
  EXPECT_NE(there, unlike);
  EXPECT_NE(forward.random_of(3).state(), forward.random_of(4).state());
  EXPECT_NE(forward.random_of(3).state(), other.random_of(3).state());
}

}  // namespace
}  // namespace karyo
