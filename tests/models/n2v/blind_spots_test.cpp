#include "models/n2v/blind_spots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace karyo {
namespace {

std::vector<float> numbered(Index3 shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.count()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * i % 997);
  return values;
}

std::size_t offset(Index3 shape, Index3 at) {
  return static_cast<std::size_t>((at.z * shape.y + at.y) * shape.x + at.x);
}

/// The window around a position, written to be read.
std::vector<float> window(const std::vector<float>& values, Index3 shape, Index3 at,
                          std::int64_t radius, bool with_centre) {
  std::vector<float> found;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        if (std::abs(z - at.z) > radius || std::abs(y - at.y) > radius ||
            std::abs(x - at.x) > radius) {
          continue;
        }
        if (with_centre || Index3{z, y, x} != at) found.push_back(values[offset(shape, {z, y, x})]);
      }
    }
  }
  return found;
}

TEST(BlindSpots, BoxesAreTheReferences) {
  EXPECT_EQ(blind_spot_box(1.5), 8);     // round(8.165)
  EXPECT_EQ(blind_spot_box(0.198), 22);  // round(22.47)
  EXPECT_EQ(blind_spot_box(16), 2);      // 2.5 to even
  EXPECT_EQ(blind_spot_box(25), 2);
}

TEST(BlindSpots, OneInEachBoxEverywhereAlike) {
  Random random(3);
  const Index3 shape{1, 64, 64};
  std::map<std::int64_t, int> within_box;
  for (int round = 0; round < 200; ++round) {
    const auto spots = blind_spots(shape, 2, 1.5, random);
    ASSERT_EQ(spots.size(), 64U);
    std::set<std::int64_t> boxes;
    for (const auto& at : spots) {
      ASSERT_TRUE(Box3::of_shape(shape).contains(at));
      boxes.insert(at.y / 8 * 8 + at.x / 8);
      ++within_box[at.y % 8 * 8 + at.x % 8];
    }
    ASSERT_EQ(boxes.size(), 64U);
  }
  ASSERT_EQ(within_box.size(), 64U);
  for (const auto& [place, count] : within_box) EXPECT_NEAR(count, 200, 75) << place;
}

TEST(BlindSpots, ThinPatchesLoseThoseOutside) {
  Random random(4);
  double total = 0;
  for (int round = 0; round < 400; ++round) {
    const auto spots = blind_spots({4, 64, 64}, 3, 1.5, random);
    for (const auto& at : spots) ASSERT_LT(at.z, 4);
    total += static_cast<double>(spots.size());
  }
  EXPECT_NEAR(total / 400, 32, 1) << "half of the 64 boxes' positions lie below the patch";
}

TEST(Hide, TakesNeighboursOfThePatchAsItWas) {
  for (const Index3 shape : {Index3{1, 21, 17}, Index3{5, 9, 11}}) {
    const auto before = numbered(shape);
    const std::vector<Index3> spots{{0, 0, 0},
                                    {shape.z - 1, shape.y - 1, shape.x - 1},
                                    {0, 4, 5},
                                    {0, 4, 6},
                                    {shape.z / 2, 7, 2}};
    for (const auto manipulator :
         {Manipulator::kUniformWithCentre, Manipulator::kUniformWithoutCentre, Manipulator::kMean,
          Manipulator::kMedian}) {
      auto after = before;
      Random random(7);
      const auto were = hide(after, shape, spots, manipulator, 2, random);
      std::size_t changed = 0;
      for (std::size_t i = 0; i < after.size(); ++i) changed += after[i] != before[i] ? 1 : 0;
      EXPECT_LE(changed, spots.size());
      for (std::size_t i = 0; i < spots.size(); ++i) {
        EXPECT_EQ(were[i], before[offset(shape, spots[i])]);
        const float now = after[offset(shape, spots[i])];
        auto around =
            window(before, shape, spots[i], 2, manipulator == Manipulator::kUniformWithCentre);
        std::sort(around.begin(), around.end());
        if (manipulator == Manipulator::kMean) {
          double sum = 0;
          for (const float value : around) sum += value;
          EXPECT_FLOAT_EQ(now, static_cast<float>(sum / static_cast<double>(around.size())));
        } else if (manipulator == Manipulator::kMedian) {
          const auto half = around.size() / 2;
          EXPECT_EQ(now,
                    around.size() % 2 == 1 ? around[half] : (around[half - 1] + around[half]) / 2);
        } else {
          EXPECT_TRUE(std::binary_search(around.begin(), around.end(), now));
        }
      }
    }
  }
}

TEST(Hide, DrawsEveryNeighbourAlikeAndTheCentreOnlyWhereItMay) {
  const Index3 shape{1, 5, 5};
  std::vector<float> patch(25);
  for (std::size_t i = 0; i < patch.size(); ++i) patch[i] = static_cast<float>(i);
  const std::vector<Index3> centre{{0, 2, 2}};
  Random random(9);
  for (const bool with_centre : {true, false}) {
    std::map<float, int> drawn;
    for (int i = 0; i < 25'000; ++i) {
      auto copy = patch;
      hide(copy, shape, centre,
           with_centre ? Manipulator::kUniformWithCentre : Manipulator::kUniformWithoutCentre, 1,
           random);
      ++drawn[copy[12]];
    }
    EXPECT_EQ(drawn.size(), with_centre ? 9U : 8U);
    EXPECT_EQ(drawn.contains(12), with_centre);
    for (const auto& [value, count] : drawn) {
      EXPECT_NEAR(count, 25'000 / (with_centre ? 9 : 8), 250) << value;
    }
  }
}

TEST(HideNeighbours, CoversTheMaskAndNothingElse) {
  const Index3 shape{1, 16, 16};
  const auto mask = parse_neighbour_mask("horizontal", 2);
  ASSERT_TRUE(mask);
  const std::vector<float> before(256, 100);
  auto after = before;
  Random random(5);
  const std::vector<Index3> spots{{0, 8, 8}, {0, 3, 1}};
  hide_neighbours(after, shape, spots, *mask, random);
  for (std::int64_t y = 0; y < 16; ++y) {
    for (std::int64_t x = 0; x < 16; ++x) {
      const float value = after[offset(shape, {0, y, x})];
      // Of the second, those left of the border fall upon column 0.
      const bool hidden =
          (y == 8 && x != 8 && std::abs(x - 8) <= 5) || (y == 3 && x != 1 && x <= 6);
      if (hidden) {
        EXPECT_GE(value, -2);
        EXPECT_LT(value, 2);
      } else {
        EXPECT_EQ(value, 100) << y << " " << x;
      }
    }
  }
}

TEST(NeighbourMask, IsReadAndRefused) {
  EXPECT_TRUE(parse_neighbour_mask("none", 2)->empty());
  const auto cross = parse_neighbour_mask("010,111,010", 2);
  ASSERT_TRUE(cross);
  EXPECT_EQ(cross->shape, (Index3{1, 3, 3}));
  EXPECT_EQ(cross->values, (std::vector<std::uint8_t>{0, 1, 0, 1, 0, 1, 0, 1, 0}));
  const auto deep = parse_neighbour_mask("1:1:1", 3);
  ASSERT_TRUE(deep);
  EXPECT_EQ(deep->shape, (Index3{3, 1, 1}));
  for (const char* wrong : {"", "1", "11", "111,11", "1:1:1", "1x1", "111,111", "across"}) {
    const auto refused = parse_neighbour_mask(wrong, 2);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.error().fix, testing::HasSubstr("--struct-mask"));
  }
}

}  // namespace
}  // namespace karyo
