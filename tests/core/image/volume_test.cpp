#include "core/image/volume.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/labels/label_volume.h"

namespace karyo {
namespace {

TEST(Volume, ChannelsAndTimesAreContiguousBlocks) {
  Volume volume(VoxelType::kUInt16, {2, 3, 4, 5, 6});
  auto view = volume.view<std::uint16_t>(1, 2);
  view(3, 4, 5) = 77;
  const auto* last =
      reinterpret_cast<const std::uint16_t*>(volume.data()) + volume.shape().count() - 1;
  EXPECT_EQ(*last, 77);
  EXPECT_EQ(volume.size_bytes(), 2u * 3 * 4 * 5 * 6 * 2);
  EXPECT_EQ(volume.clone().view<std::uint16_t>(1, 2)(3, 4, 5), 77);
}

TEST(Volume, LabelsGoThereAndBack) {
  LabelArray labels({1, 2, 2});
  labels(0, 1, 0) = 65535;
  EXPECT_EQ(from_labels(labels).type(), VoxelType::kUInt16);
  labels(0, 1, 1) = 65536;
  const Volume stored = from_labels(labels);
  EXPECT_EQ(stored.type(), VoxelType::kUInt32);
  EXPECT_EQ(to_labels(stored).value(), labels);
}

TEST(Volume, WhatIsNoLabelImageIsRefusedWithThePlace) {
  Volume fractions(VoxelType::kFloat32, {1, 1, 1, 2, 3});
  fractions.view<float>()(0, 1, 2) = 0.5f;
  const auto refused = to_labels(fractions);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("value 0.5 at z 0, y 1, x 2"), std::string::npos);

  Volume negative(VoxelType::kInt16, {1, 1, 1, 1, 1});
  negative.view<std::int16_t>()(0, 0, 0) = -3;
  EXPECT_FALSE(to_labels(negative));
  EXPECT_FALSE(to_labels(Volume(VoxelType::kUInt8, {1, 3, 1, 4, 4})));
}

TEST(Volume, MinusOneIsIgnoredInEveryTypeWithASign) {
  for (const VoxelType type : {VoxelType::kInt8, VoxelType::kInt16, VoxelType::kInt32,
                               VoxelType::kFloat32, VoxelType::kFloat64}) {
    Volume stored(type, {1, 1, 1, 1, 3});
    visit_voxels(type, [&](auto zero) {
      using T = decltype(zero);
      stored.view<T>()(0, 0, 0) = static_cast<T>(7);
      stored.view<T>()(0, 0, 1) = static_cast<T>(-1);
    });
    const auto labels = to_labels(stored);
    ASSERT_TRUE(labels) << labels.error().what;
    LabelArray expected({1, 1, 3});
    expected(0, 0, 0) = 7;
    expected(0, 0, 1) = kIgnoredLabel;
    EXPECT_EQ(*labels, expected);
  }
  // The highest of an unsigned type is an object, but for 32 bits.
  Volume narrow(VoxelType::kUInt16, {1, 1, 1, 1, 1});
  narrow.view<std::uint16_t>()(0, 0, 0) = 0xffff;
  EXPECT_EQ((*to_labels(narrow))(0, 0, 0), 0xffffU);
  LabelArray wide({1, 1, 2});
  wide(0, 0, 1) = kIgnoredLabel;
  const Volume stored = from_labels(wide);
  EXPECT_EQ(stored.type(), VoxelType::kUInt32);
  EXPECT_EQ(*to_labels(stored), wide);
}

TEST(Volume, RangeLeavesNanOut) {
  Volume volume(VoxelType::kFloat32, {1, 1, 1, 1, 3});
  auto view = volume.view<float>();
  view(0, 0, 0) = std::nanf("");
  view(0, 0, 1) = -2;
  view(0, 0, 2) = 5;
  EXPECT_EQ(value_range(volume).low, -2);
  EXPECT_EQ(value_range(volume).high, 5);
}

TEST(VolumeView, CropSharesVoxels) {
  Array3<int> array({2, 4, 5});
  array.view().crop({{1, 1, 2}, {2, 4, 5}})(0, 2, 2) = 9;
  EXPECT_EQ(array(1, 3, 4), 9);
}

}  // namespace
}  // namespace karyo
