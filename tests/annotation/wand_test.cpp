// The wand against a search voxel by voxel.

#include "annotation/wand.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "core/base/random.h"

namespace karyo {
namespace {

template <typename T>
Volume random_volume(Index3 shape, int values, Random& random) {
  Volume volume(voxel_type_of<T>(), {2, 2, shape.z, shape.y, shape.x});
  for (std::int64_t t = 0; t < 2; ++t) {
    for (std::int64_t c = 0; c < 2; ++c) {
      T* data = volume.view<T>(t, c).data();
      for (std::int64_t i = 0; i < shape.count(); ++i) {
        data[i] = static_cast<T>(random.below(values));
      }
    }
  }
  return volume;
}

template <typename T>
Mask reached(const ImagePart& image, Index3 seed, const WandOptions& options) {
  const auto view = image.volume.view<T>(image.t, image.c);
  const Box3 all = Box3::of_shape(view.shape());
  const double value = double(view(seed));
  Mask mask(view.shape());
  std::deque<Index3> open{seed};
  mask(seed.z, seed.y, seed.x) = 255;
  const Axis normal = normal_axis(options.plane);
  while (!open.empty()) {
    const Index3 p = open.front();
    open.pop_front();
    for (std::int64_t i = 0; i < 27; ++i) {
      const Index3 by{i / 9 - 1, i / 3 % 3 - 1, i % 3 - 1};
      const auto steps = by.z * by.z + by.y * by.y + by.x * by.x;
      if (!options.whole_stack && along(by, normal) != 0) continue;
      if (steps > (options.corners && !options.whole_stack ? 2 : 1)) continue;
      const Index3 q = p + by;
      if (!all.contains(q) || mask(q.z, q.y, q.x) != 0) continue;
      if (!(std::abs(double(view(q)) - value) <= options.tolerance)) continue;
      mask(q.z, q.y, q.x) = 255;
      open.push_back(q);
    }
  }
  return mask;
}

template <typename T>
void compare_with_search(int trial, Random& random) {
  const Index3 shape{1 + trial % 7, 10 + trial % 90, 20 + trial % 140};
  const Volume volume = random_volume<T>(shape, 10, random);
  const ImagePart image{
      volume, trial % 2, trial / 2 % 2, {random.below(9), 5, random.below(9) - 4}};
  WandOptions options;
  options.tolerance = double(random.below(5));
  options.whole_stack = trial % 4 == 0;
  options.plane = kPlanes[static_cast<std::size_t>(trial % 3)];
  options.corners = trial % 5 < 2;
  const Index3 seed{random.below(shape.z), random.below(shape.y), random.below(shape.x)};
  const auto found = wand(image, seed + image.origin, options);
  ASSERT_TRUE(found);
  const Mask expected = reached<T>(image, seed, options);
  Box3 box;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const Index3 p = Index3{z, y, x} + image.origin;
        const bool in = expected(z, y, x) != 0;
        ASSERT_EQ(found->contains(p), in) << trial << ": " << z << " " << y << " " << x;
        if (in) box = box.united_with({p, p + Index3{1, 1, 1}});
      }
    }
  }
  EXPECT_EQ(found->box(), box) << "the smallest box";
}

TEST(Wand, EqualsSearchVoxelByVoxel) {
  Random random(4);
  for (int trial = 0; trial < 60; ++trial) {
    compare_with_search<std::uint8_t>(trial, random);
    compare_with_search<std::uint16_t>(trial, random);
    compare_with_search<float>(trial, random);
  }
}

TEST(Wand, StopsWhereItsLimitIs) {
  const Volume volume(VoxelType::kUInt8, {1, 1, 4, 100, 100});
  WandOptions options;
  options.whole_stack = true;
  options.most_voxels = 40000;
  const auto all = wand({volume}, {2, 50, 50}, options);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->voxels.count(), 40000);
  options.most_voxels = 39999;
  const auto none = wand({volume}, {2, 50, 50}, options);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kTooLarge);
}

TEST(Wand, AsksForANumberWithinTheImage) {
  Volume volume(VoxelType::kFloat32, {1, 1, 1, 5, 5});
  volume.view<float>()(0, 2, 2) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(wand({volume}, {0, 2, 2}, {}).error().code, ErrorCode::kNumeric);
  EXPECT_EQ(wand({volume}, {0, 5, 2}, {}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(wand({volume}, {0, 0, 0}, {.tolerance = -1}).error().code, ErrorCode::kNumeric);
  const auto rest = wand({volume}, {0, 0, 0}, {});
  ASSERT_TRUE(rest);
  EXPECT_FALSE(rest->contains({0, 2, 2}));
  EXPECT_EQ(std::count(rest->voxels.begin(), rest->voxels.end(), 255), 24);
}

}  // namespace
}  // namespace karyo
