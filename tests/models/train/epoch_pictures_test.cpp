// Pictures that a training leaves by epoch.

#include "models/train/epoch_pictures.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

TEST(EpochPictures, FewAreKeptOfATrainingOfAnyLength) {
  std::vector<std::int64_t> first;
  for (std::int64_t epoch = 1; epoch <= 30; ++epoch) {
    if (has_epoch_picture(epoch, 30)) first.push_back(epoch);
  }
  EXPECT_EQ(first, (std::vector<std::int64_t>{1, 2, 3, 4, 6, 8, 12, 16, 24, 30}));
  for (const auto& [epochs, most] : {std::pair{400, 18}, {2000, 22}, {100000, 34}}) {
    int pictures = 0;
    for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
      pictures += has_epoch_picture(epoch, epochs);
    }
    EXPECT_EQ(pictures, most) << epochs;
  }
}

TEST(EpochPictures, AreFoundByEpochAndForgotten) {
  test::TempDir folder;
  RgbPicture picture(20, 10);
  for (const std::int64_t epoch : {12, 1, 10000}) {
    ASSERT_TRUE(write_epoch_picture(folder.path(), epoch, picture));
  }
  for (const char* other : {"epoch_.png", "epoch_x.png", "epoch_0000.png", "mine.png"}) {
    std::ofstream(folder.path() / "previews" / other) << "x";
  }
  const auto found = epoch_pictures(folder.path());
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].epoch, 1);
  EXPECT_EQ(found[2].epoch, 10000);
  forget_epoch_pictures(folder.path());
  EXPECT_TRUE(epoch_pictures(folder.path()).empty());
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "previews/mine.png"));
  EXPECT_TRUE(epoch_pictures(folder.path() / "nothing").empty());
}

TEST(EpochPictures, ThePartLiesWhereThereAreLabelsAndIsSmall) {
  Volume image(VoxelType::kUInt8, {2, 2, 40, 300, 500});
  LabelArray truth({40, 300, 500});
  for (std::int64_t y = 250; y < 290; ++y) {
    for (std::int64_t x = 440; x < 490; ++x) truth(30, y, x) = 7;
  }
  image.view<std::uint8_t>(0, 1)(30, 260, 450) = 99;
  const auto flat = preview_part(image, truth.view(), false);
  ASSERT_TRUE(flat) << flat.error().what;
  EXPECT_EQ(flat->image.shape(), (VolumeShape{1, 2, 1, 256, 256}));
  EXPECT_EQ(flat->truth(0, 250 - 44, 440 - 244), 7u);
  EXPECT_EQ(flat->image.view<std::uint8_t>(0, 1)(0, 260 - 44, 450 - 244), 99);
  const auto deep = preview_part(image, truth.view(), true);
  ASSERT_TRUE(deep);
  EXPECT_EQ(deep->image.shape(), (VolumeShape{1, 2, 32, 128, 128}));
  const auto middle = preview_part(image, {}, false);
  ASSERT_TRUE(middle);
  EXPECT_EQ(middle->truth.count(), 0);
}

TEST(EpochPictures, OutlinesOfWhatWasFoundLieOverTheTruth) {
  PreviewPart part;
  part.image = Volume(VoxelType::kUInt8, {1, 1, 1, 20, 40});
  part.truth = LabelArray({1, 20, 40});
  LabelArray found({1, 20, 40});
  for (std::int64_t y = 5; y < 15; ++y) {
    for (std::int64_t x = 5; x < 15; ++x) {
      part.truth(0, y, x) = found(0, y, x) = 1;
      part.truth(0, y, x + 20) = 2;
    }
  }
  RgbPicture picture = draw_found(part, found.view());
  const auto color = [&](std::int64_t y, std::int64_t x) {
    const std::uint8_t* p = picture.pixel(y, x);
    return Rgb{p[0], p[1], p[2]};
  };
  EXPECT_EQ(color(5, 5), (Rgb{86, 200, 255}));
  EXPECT_EQ(color(5, 25), (Rgb{255, 159, 28}));
  EXPECT_EQ(color(10, 10), (Rgb{0, 0, 0}));
  const Volume restored(VoxelType::kFloat32, {1, 1, 1, 20, 40});
  EXPECT_EQ(draw_restored(part.image, restored).width, 84);
}

}  // namespace
}  // namespace karyo
