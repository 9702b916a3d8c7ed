#include "core/dataset/plane_fingerprints.h"

#include <gtest/gtest.h>

#include <set>

#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

Volume made(VoxelType type, std::int64_t planes, int seed) {
  Volume volume(type, {1, 1, planes, 9, 7});
  visit_voxels(type, [&](auto zero) {
    using T = decltype(zero);
    const auto view = volume.view<T>();
    int value = seed;
    for (std::int64_t i = 0; i < view.count(); ++i) {
      value = (value * 37 + 11) % 251;
      view.data()[i] = static_cast<T>(value);
    }
  });
  return volume;
}

TEST(PlaneFingerprints, ACopyOfAnotherTypeOrFormatIsTheSame) {
  const test::TempDir folder;
  const Volume bytes = made(VoxelType::kUInt8, 3, 5), words = made(VoxelType::kUInt16, 3, 5);
  const auto prints = plane_fingerprints(bytes);
  ASSERT_EQ(prints.size(), 3U);
  EXPECT_EQ(std::set<std::uint64_t>(prints.begin(), prints.end()).size(), 3U);
  EXPECT_EQ(plane_fingerprints(words), prints);
  ASSERT_TRUE(write_image(folder / "a.tif", words, {.compress = true}));
  ASSERT_TRUE(write_image(folder / "b.nrrd", bytes));
  for (const char* name : {"a.tif", "b.nrrd"}) {
    const auto read = plane_fingerprints(folder / name);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(*read, prints) << name;
  }
}

TEST(PlaneFingerprints, OneOtherValueOrShapeIsAnotherPlane) {
  Volume volume = made(VoxelType::kUInt8, 1, 5);
  const auto before = plane_fingerprints(volume);
  volume.view<std::uint8_t>()(0, 8, 6) += 1;
  EXPECT_NE(plane_fingerprints(volume), before);
  Volume turned(VoxelType::kUInt8, {1, 1, 1, 7, 9});
  std::copy_n(made(VoxelType::kUInt8, 1, 5).view<std::uint8_t>().data(), 63,
              turned.view<std::uint8_t>().data());
  EXPECT_NE(plane_fingerprints(turned), before);
}

TEST(PlaneFingerprints, APlaneOfOneValueSaysNothing) {
  EXPECT_EQ(plane_fingerprints(Volume(VoxelType::kFloat32, {1, 1, 2, 4, 4})),
            (PlaneFingerprints{0, 0}));
}

TEST(PlaneFingerprints, TextReadsBackAndNonsenseIsZero) {
  EXPECT_EQ(fingerprint_text(0xabcULL), "0000000000000abc");
  EXPECT_EQ(fingerprint_from("0000000000000abc"), 0xabcULL);
  EXPECT_EQ(fingerprint_from("xyz"), 0U);
  EXPECT_EQ(fingerprint_from(""), 0U);
}

}  // namespace
}  // namespace karyo
