#include "core/segment/split_volume.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"
#include "core/segment/particles.h"

namespace karyo {
namespace {

/// A ball of `radius` in the units of the grid.
void add_ball(Mask& mask, const VoxelGrid& grid, Index3 centre, double radius) {
  const Index3 shape = mask.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const double dz = static_cast<double>(z - centre.z) * grid.spacing_z;
        const double dy = static_cast<double>(y - centre.y) * grid.spacing_y;
        const double dx = static_cast<double>(x - centre.x) * grid.spacing_x;
        if (std::hypot(dz, dy, dx) < radius) mask(z, y, x) = 255;
      }
    }
  }
}

TEST(SplitVolume, CutsBallsThatTouchAlongEachAxisAndLeavesOneWhole) {
  const VoxelGrid grid{2.0, 1.0, 1.0, "um", 0, "sec"};
  for (const Index3 step : {Index3{8, 0, 0}, Index3{0, 16, 0}, Index3{0, 0, 16}}) {
    Mask mask({24, 44, 44});
    const Index3 first{7, 13, 13};
    add_ball(mask, grid, first, 10);
    auto labels = split_volume(mask.view(), grid);
    EXPECT_EQ(select_objects(labels.view(), {})->particles.size(), 1u);
    const Index3 second = first + step;
    add_ball(mask, grid, second, 10);
    EXPECT_EQ(label_objects(mask.view(), {})->particles.size(), 1u);
    labels = split_volume(mask.view(), grid);
    EXPECT_EQ(select_objects(labels.view(), {})->particles.size(), 2u);
    EXPECT_NE(labels(first.z, first.y, first.x), labels(second.z, second.y, second.x));
  }
}

TEST(SplitVolume, LabelsExactlyTheForegroundOfAnyMask) {
  Random random(6);
  for (int round = 0; round < 30; ++round) {
    Mask mask({1 + random.below(6), 1 + random.below(12), 1 + random.below(12)});
    const double density = round == 0 ? 0 : round == 1 ? 1 : random.uniform();
    for (auto& voxel : mask) voxel = random.uniform() < density ? 255 : 0;
    const auto labels = split_volume(mask.view(), {});
    for (std::int64_t i = 0; i < mask.count(); ++i) {
      EXPECT_EQ(labels.data()[i] != 0, mask.data()[i] != 0);
    }
  }
}

TEST(SelectObjects, KeepsBySizeAndBorderAndNumbersAnew) {
  LabelArray labels({1, 5, 9});
  labels(0, 0, 0) = 4;                                    // at the border
  labels(0, 2, 2) = labels(0, 2, 3) = 70000;
  labels(0, 3, 6) = 9;
  ParticleOptions options;
  options.exclude_edges = true;
  auto kept = select_objects(labels.view(), options);
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->particles.size(), 2u);
  EXPECT_EQ(kept->labels(0, 0, 0), 0u);
  EXPECT_EQ(kept->labels(0, 3, 6), 1u);
  EXPECT_EQ(kept->labels(0, 2, 3), 2u);
  options.min_size = 2;
  kept = select_objects(labels.view(), options);
  ASSERT_EQ(kept->particles.size(), 1u);
  EXPECT_EQ(kept->particles[0].pixel_count, 2);
}

}  // namespace
}  // namespace karyo
