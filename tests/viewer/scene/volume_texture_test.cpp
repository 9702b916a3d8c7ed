#include "viewer/scene/volume_texture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

namespace karyo {
namespace {

TEST(VolumeTexture, SmallVolumesAreNotReduced) {
  EXPECT_EQ(reduction_for({30, 100, 100}, {}, 1 << 24), (Reduction{1, 1, 1}));
}

TEST(VolumeTexture, TheFinestAxisGivesFirst) {
  VoxelGrid grid;
  grid.spacing_z = 4;
  const Reduction by = reduction_for({64, 1024, 1024}, grid, 64 * 512 * 512);
  EXPECT_EQ(by.z, 1);
  EXPECT_EQ(by.y, 2);
  EXPECT_EQ(by.x, 2);
}

TEST(VolumeTexture, NoAxisExceedsATexture) {
  const Reduction by = reduction_for({4, 4, 100000}, {}, 1 << 24);
  EXPECT_LE((100000 + by.x - 1) / by.x, 1024);
}

TEST(VolumeTexture, BlocksAreAveragedAndNaNCountsAsZero) {
  Volume volume(VoxelType::kFloat32, {1, 1, 1, 2, 5});
  auto view = volume.view<float>();
  for (int x = 0; x < 5; ++x) {
    view(0, 0, x) = static_cast<float>(x);
    view(0, 1, x) = static_cast<float>(x + 2);
  }
  view(0, 1, 4) = std::numeric_limits<float>::quiet_NaN();
  const auto small = reduced(volume, 0, 0, {1, 2, 2});
  ASSERT_EQ(small.shape(), (Index3{1, 1, 3}));
  EXPECT_FLOAT_EQ(small(0, 0, 0), 1.5F);  // 0 1 2 3
  EXPECT_FLOAT_EQ(small(0, 0, 1), 3.5F);  // 2 3 4 5
  EXPECT_FLOAT_EQ(small(0, 0, 2), 2.0F);  // 4 and NaN
}

TEST(VolumeTexture, AVolumeAsItIsGivesTheSameColoursAsACopy) {
  for (const VoxelType type : {VoxelType::kUInt8, VoxelType::kUInt16, VoxelType::kFloat32}) {
    auto volume = std::make_shared<Volume>(type, VolumeShape{2, 2, 3, 90, 101});
    visit_voxels(type, [&](auto zero) {
      using T = decltype(zero);
      T* voxels = volume->view<T>(1, 1).data();
      for (int i = 0; i < 3 * 90 * 101; ++i) voxels[i] = static_cast<T>(i % 251);
      if constexpr (std::is_floating_point_v<T>) voxels[7] = std::numeric_limits<T>::quiet_NaN();
    });
    VolumeItem item;
    item.volume = volume;
    item.t = item.c = 1;
    item.low = 20;
    item.high = 220;
    for (int i = 0; i < 256; ++i) {
      item.colours[static_cast<std::size_t>(i)] = {static_cast<std::uint8_t>(i), 7, 0};
    }
    const Array3<float> copy = reduced(*volume, 1, 1, {1, 1, 1});
    std::vector<std::uint8_t> of_copy(4 * 3 * 90 * 101), of_volume(of_copy.size());
    colour_voxels({&copy}, {item}, of_copy.data());
    colour_voxels({nullptr}, {item}, of_volume.data());
    EXPECT_EQ(of_copy, of_volume);
  }
}

TEST(VolumeTexture, ContrastGammaAndOpacityAreApplied) {
  Array3<float> values(Index3{1, 1, 3});
  values(0, 0, 0) = 10;
  values(0, 0, 1) = 15;
  values(0, 0, 2) = 99;
  VolumeItem item;
  item.low = 10;
  item.high = 20;
  item.gamma = 2;
  for (int i = 0; i < 256; ++i) {
    item.colours[static_cast<std::size_t>(i)] = {static_cast<std::uint8_t>(i), 0, 0};
  }
  std::uint8_t rgba[12];
  colour_voxels({&values}, {item}, rgba);
  EXPECT_EQ(rgba[0], 0);
  EXPECT_NEAR(rgba[4], 64, 1);  // 0.5 squared
  EXPECT_NEAR(rgba[7], 64, 1);
  EXPECT_EQ(rgba[8], 255);  // clipped
  EXPECT_EQ(rgba[11], 255);
}

}  // namespace
}  // namespace karyo
