#include "annotation/placed_mask.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/random.h"

namespace karyo {
namespace {

Mask random_mask(Index3 shape, double part, Random& random) {
  Mask mask(shape);
  for (auto& voxel : mask) voxel = random.uniform() < part ? 7 : 0;
  return mask;
}

TEST(PlacedMask, WritesWhatIsChosenAndAllowed) {
  Random random(1);
  for (int trial = 0; trial < 100; ++trial) {
    const Index3 shape{3, 70, 90};
    LabelArray start(shape);
    for (auto& id : start) id = static_cast<std::uint32_t>(random.below(4));
    LabelVolume labels = LabelVolume::from_dense(start.view());
    LabelWriter writer(labels);
    // Some stick out, some are wholly outside.
    const PlacedMask mask{
        random_mask({1 + random.below(4), 1 + random.below(80), 1 + random.below(120)}, 0.6,
                    random),
        {random.below(6) - 3, random.below(120) - 40, random.below(200) - 90}};
    PaintRule rule;
    rule.over = static_cast<PaintOver>(trial % 3);
    rule.inside = 2;
    rule.locked = {3};
    const std::uint32_t label = trial % 4 == 0 ? 0 : 9;
    const Box3 changed = write_mask(writer, labels, mask, label, rule);
    Box3 differ;
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const Index3 p{z, y, x};
          const std::uint32_t was = start(z, y, x);
          const bool paints = mask.contains(p) && rule.allows(was, label);
          ASSERT_EQ(labels.at(p), paints ? label : was) << trial;
          if (labels.at(p) != was) differ = differ.united_with({p, p + Index3{1, 1, 1}});
        }
      }
    }
    EXPECT_EQ(changed, differ) << trial;
    labels.swap_tiles(writer.finish());
    EXPECT_TRUE(labels.to_dense() == start);
  }
}

TEST(PlacedMask, AnEmptyOneWritesNothing) {
  LabelVolume labels({1, 5, 5});
  LabelWriter writer(labels);
  EXPECT_TRUE(write_mask(writer, labels, {}, 3, {}).empty());
}

TEST(PlacedMask, KeepsWhatHangsTogetherByFaces) {
  // A corner does not hold.
  Mask mask({1, 2, 5});
  for (const std::int64_t x : {0, 1, 4}) mask(0, 0, x) = 1;
  mask(0, 1, 2) = 1;
  keep_connected(mask, {0, 0, 0});
  EXPECT_EQ(std::count(mask.begin(), mask.end(), 255), 2);
  EXPECT_EQ(mask(0, 0, 1), 255);
}

TEST(PlacedMask, FillsWhatIsEnclosedInAPlaneOrInSpace) {
  for (const Index3 shape : {Index3{1, 5, 5}, Index3{5, 1, 5}, Index3{5, 5, 1}, Index3{5, 5, 5}}) {
    Mask mask(shape, 1);
    const Index3 middle{shape.z / 2, shape.y / 2, shape.x / 2};
    mask(middle.z, middle.y, middle.x) = 0;
    mask(0, 0, 0) = 0;  // reaches the border
    fill_enclosed(mask);
    EXPECT_EQ(mask(middle.z, middle.y, middle.x), 255);
    EXPECT_EQ(mask(0, 0, 0), 0);
    EXPECT_EQ(std::count(mask.begin(), mask.end(), 255), shape.count() - 1);
  }
}

}  // namespace
}  // namespace karyo
