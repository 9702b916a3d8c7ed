#include "core/io/image_sequence.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo::io {
namespace {

using U16 = std::uint16_t;

class SequenceTest : public ::testing::Test {
 protected:
  void write(const std::string& name, int value, VolumeShape shape = {1, 1, 1, 4, 5},
             VoxelType type = VoxelType::kUInt16) {
    Volume volume(type, shape);
    if (type == VoxelType::kUInt16) {
      for (std::int64_t i = 0; i < shape.count(); ++i) {
        volume.view<U16>().data()[i] = static_cast<U16>(value + i);
      }
    }
    ASSERT_TRUE(write_image(folder_ / name, volume));
  }
  std::shared_ptr<const PixelSource> open(const std::vector<SequenceAxis>& axes) {
    const auto plan = plan_sequence(folder_.path());
    EXPECT_TRUE(plan) << plan.error().what;
    if (!plan) return nullptr;
    auto source = open_sequence(*plan, axes);
    EXPECT_TRUE(source) << source.error().what;
    return source ? *source : nullptr;
  }
  static U16 first_voxel(const PixelSource& source, ChunkKey key) {
    std::vector<U16> voxels(static_cast<std::size_t>(source.info().levels[0].chunk.count()));
    EXPECT_TRUE(source.read_chunk(key, reinterpret_cast<std::byte*>(voxels.data())));
    return voxels[0];
  }

  test::TempDir folder_;
};

TEST_F(SequenceTest, NumbersAreSortedByValueAndTheirMeaningGuessed) {
  for (const int t : {1, 2, 10}) {
    for (const int z : {0, 1}) {
      write("cell2_t" + std::to_string(t) + "_z" + std::to_string(z) + ".tif", 100 * t + 50 * z);
    }
  }
  write("other.tif", 1);
  std::ofstream(folder_ / "notes.txt") << "no image";
  const auto plan = plan_sequence(folder_.path());
  ASSERT_TRUE(plan) << plan.error().what;
  ASSERT_EQ(plan->numbers.size(), 2u) << "the 2 of cell2 does not vary";
  EXPECT_EQ(plan->numbers[0].before, "t");
  EXPECT_EQ(plan->numbers[0].values, (std::vector<std::int64_t>{1, 2, 10}));
  EXPECT_EQ(plan->numbers[0].guess, SequenceAxis::kTime);
  EXPECT_EQ(plan->numbers[1].guess, SequenceAxis::kPlane);
  EXPECT_EQ(plan->other_files, 1u);
  const auto source = open({SequenceAxis::kTime, SequenceAxis::kPlane});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->info().shape(), (VolumeShape{3, 1, 2, 4, 5}));
  EXPECT_EQ(first_voxel(*source, {0, 2, 0, {1, 0, 0}}), 1050);
  EXPECT_EQ(first_voxel(*source, {0, 1, 0, {0, 0, 0}}), 200);
  const auto turned = open({SequenceAxis::kPlane, SequenceAxis::kChannel});
  EXPECT_EQ(turned->info().shape(), (VolumeShape{1, 2, 3, 4, 5}));
  EXPECT_EQ(first_voxel(*turned, {0, 0, 1, {2, 0, 0}}), 1050);
}

TEST_F(SequenceTest, AFileMayBeAStackWithChannels) {
  for (int i = 1; i <= 3; ++i)
    write("frame_00" + std::to_string(i) + ".tif", 100 * i, {1, 2, 3, 4, 5});
  const auto source = open({SequenceAxis::kTime});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->info().shape(), (VolumeShape{3, 2, 3, 4, 5}));
  EXPECT_EQ(first_voxel(*source, {0, 1, 1, {0, 0, 0}}), 200 + 60);
  const auto plan = plan_sequence(folder_.path());
  const auto refused = open_sequence(*plan, {SequenceAxis::kPlane});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("themselves"), std::string::npos);
}

TEST_F(SequenceTest, WhatDoesNotFitSaysWhy) {
  EXPECT_FALSE(plan_sequence(folder_ / "none"));
  EXPECT_FALSE(plan_sequence(folder_.path()));
  write("a1.tif", 1);
  EXPECT_FALSE(plan_sequence(folder_.path())) << "one image is no sequence";
  write("a2.tif", 2, {1, 1, 1, 4, 6});
  const auto source = open({SequenceAxis::kTime});
  ASSERT_NE(source, nullptr);
  std::vector<std::byte> bytes(1000);
  const auto chunk = source->read_chunk({0, 1, 0, {0, 0, 0}}, bytes.data());
  ASSERT_FALSE(chunk);
  EXPECT_NE(chunk.error().what.find("a2.tif differs"), std::string::npos);
  const auto plan = plan_sequence(folder_.path());
  EXPECT_FALSE(open_sequence(*plan, {}));
  EXPECT_FALSE(open_sequence(*plan, {SequenceAxis::kTime, SequenceAxis::kTime}));
}

TEST_F(SequenceTest, AMissingFileIsNoticed) {
  write("t1_z1.tif", 1);
  write("t1_z2.tif", 2);
  write("t2_z1.tif", 3);
  const auto plan = plan_sequence(folder_.path());
  ASSERT_TRUE(plan);
  const auto source = open_sequence(*plan, {SequenceAxis::kTime, SequenceAxis::kPlane});
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().what.find("4 files would make the image, 3 are there"),
            std::string::npos)
      << source.error().what;
}

TEST_F(SequenceTest, PaddedAndUnpaddedTwinsAreNotTakenForOne) {
  write("a1.tif", 1);
  write("a01.tif", 2);
  write("a2.tif", 3);
  const auto plan = plan_sequence(folder_.path());
  ASSERT_TRUE(plan);
  EXPECT_FALSE(open_sequence(*plan, {SequenceAxis::kTime}));
}

}  // namespace
}  // namespace karyo::io
