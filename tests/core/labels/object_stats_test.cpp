#include "core/labels/object_stats.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace karyo {
namespace {

TEST(ObjectStats, EqualWhatEachVoxelSays) {
  Random random(11);
  const Index3 shape{3, 130, 150};  // several tiles, cut ones too
  LabelArray dense(shape);
  for (auto& id : dense) id = random.below(3) == 0 ? 0 : static_cast<std::uint32_t>(random.below(9));
  const auto objects = object_stats(LabelVolume::from_dense(dense.view()));
  EXPECT_EQ(objects.count(0), 0u);
  for (std::uint32_t id = 1; id < 9; ++id) {
    std::int64_t voxels = 0;
    Box3 box;
    double z_sum = 0, y_sum = 0, x_sum = 0;
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          if (dense(z, y, x) != id) continue;
          ++voxels;
          box = box.united_with({{z, y, x}, {z + 1, y + 1, x + 1}});
          z_sum += static_cast<double>(z);
          y_sum += static_cast<double>(y);
          x_sum += static_cast<double>(x);
        }
      }
    }
    const ObjectStats& object = objects.at(id);
    EXPECT_EQ(object.voxels, voxels);
    EXPECT_EQ(object.box, box);
    const auto count = static_cast<double>(voxels);
    EXPECT_NEAR(object.z, z_sum / count, 1e-9);
    EXPECT_NEAR(object.y, y_sum / count, 1e-9);
    EXPECT_NEAR(object.x, x_sum / count, 1e-9);
  }
}

TEST(ObjectStats, NothingThere) {
  EXPECT_TRUE(object_stats(LabelVolume({2, 70, 70})).empty());
  EXPECT_TRUE(object_stats(LabelVolume({0, 0, 0})).empty());
}

}  // namespace
}  // namespace karyo
