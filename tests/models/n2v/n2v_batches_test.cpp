#include "models/n2v/n2v_batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

/// Stacks of noise, written as files.
ImageFolder make_stacks(const std::filesystem::path& folder, int files, VolumeShape shape,
                        std::int64_t dims) {
  std::filesystem::create_directories(folder);
  for (int i = 0; i < files; ++i) {
    Random random(static_cast<std::uint64_t>(i + 1));
    Volume volume(VoxelType::kUInt16, shape);
    for (std::int64_t c = 0; c < shape.c; ++c) {
      for (std::int64_t t = 0; t < shape.t; ++t) {
        auto* values = volume.view<std::uint16_t>(t, c).data();
        for (std::int64_t k = 0; k < shape.zyx().count(); ++k) {
          values[k] = static_cast<std::uint16_t>(1000 + 500 * c + random.below(200));
        }
      }
    }
    EXPECT_TRUE(write_image(folder / ("s" + std::to_string(i) + ".tif"), volume));
  }
  auto opened = open_images(folder, dims);
  EXPECT_TRUE(opened);
  return *std::move(opened);
}

TrainConfig small(std::int64_t dims) {
  TrainConfig config = TrainConfig::defaults("n2v", dims);
  config.patch = dims == 2 ? Index3{1, 16, 16} : Index3{4, 16, 16};
  config.batch = 3;
  config.perc_pix = 6;
  return config;
}

struct Made {
  std::shared_ptr<N2vImages> images;
  N2vSplit split;
  ChannelStatistics statistics;

  N2vBatchMaker maker(const TrainConfig& config, N2vBatchMaker::Use use) const {
    const bool training = use == N2vBatchMaker::Use::kTraining;
    return *N2vBatchMaker::create(
        training ? split.training : split.validation, training ? split.first_training : 0,
        training ? split.training.count() - split.first_training : split.validation_count, config,
        statistics, images, use);
  }
};

Made make(const ImageFolder& folder, const TrainConfig& config) {
  const auto split = split_patches(folder.images, config);
  EXPECT_TRUE(split);
  auto images = std::make_shared<N2vImages>(folder.images, std::size_t{64} << 20);
  TaskControl control;
  const auto statistics = measure(split->training, split->first_training, *images, control);
  EXPECT_TRUE(statistics);
  return {images, *split, *statistics};
}

TEST(N2vPatches, AreAGridOfEveryPlaneOrStack) {
  const std::vector<ImageFile> images{{"a.tif", {2, 1, 3, 40, 50}, VoxelType::kUInt8}};
  EXPECT_EQ(n2v_units(images, 2).size(), 6U);
  EXPECT_EQ(n2v_units(images, 3).size(), 2U);
  const N2vPatches flat(n2v_units(images, 2), small(2));
  ASSERT_EQ(flat.count(), 6 * 2 * 3);
  std::set<std::array<std::int64_t, 4>> places;
  for (std::int64_t i = 0; i < flat.count(); ++i) {
    const auto place = flat.at(i);
    EXPECT_EQ(place.box.shape(), (Index3{1, 16, 16}));
    EXPECT_EQ(place.box.begin.y % 16, 0);
    EXPECT_TRUE(place.box.end.y <= 40 && place.box.end.x <= 50 && place.box.end.z <= 3);
    places.insert({place.t, place.box.begin.z, place.box.begin.y, place.box.begin.x});
  }
  EXPECT_EQ(places.size(), 36U);

  TrainConfig random = small(2);
  random.patches_per_image = 7;
  const N2vPatches anywhere(n2v_units(images, 2), random);
  EXPECT_EQ(anywhere.count(), 42);
  EXPECT_EQ(anywhere.at(11).box, anywhere.at(11).box);
  EXPECT_NE(anywhere.at(11).box, anywhere.at(12).box);
}

TEST(N2vBatches, AreNormalisedAndHidePixels) {
  const test::TempDir dir;
  for (const std::int64_t dims : {2, 3}) {
    const auto config = small(dims);
    const auto folder =
        make_stacks(dir / std::to_string(dims), 3, {1, 2, dims == 2 ? 1 : 8, 48, 48}, dims);
    const auto made = make(folder, config);
    EXPECT_NEAR(made.statistics.means[0], 1099.5, 2);
    EXPECT_NEAR(made.statistics.means[1], 1599.5, 2);
    EXPECT_NEAR(made.statistics.deviations[0], std::sqrt(200 * 200 / 12.0), 1);
    const auto maker = made.maker(config, N2vBatchMaker::Use::kTraining);
    const auto batch = maker.make(5);
    ASSERT_TRUE(batch) << batch.error().what;
    const auto voxels = static_cast<std::size_t>(config.patch.count());
    ASSERT_EQ(batch->image.size(), 3 * 2 * voxels);
    double hidden = 0;
    std::set<std::vector<float>> masks;
    for (std::size_t i = 0; i < batch->mask.size(); ++i) {
      hidden += batch->mask[i];
      EXPECT_LE(std::abs(batch->image[i]), 1.8);
      if (batch->mask[i] == 0) {
        EXPECT_EQ(batch->target[i], 0);
      }
    }
    for (std::size_t n = 0; n < 6; ++n) {
      const auto first = batch->mask.begin() + static_cast<std::ptrdiff_t>(n * voxels);
      masks.insert({first, first + static_cast<std::ptrdiff_t>(voxels)});
    }
    EXPECT_EQ(masks.size(), 6U) << "each channel of each patch has blind spots of its own";
    EXPECT_NEAR(hidden, 6 * 16, dims == 2 ? 0.5 : 30);
    EXPECT_EQ(maker.make(5)->image, batch->image);
    EXPECT_EQ(maker.make(5)->mask, batch->mask);
    EXPECT_NE(maker.make(6)->image, batch->image);
  }
}

TEST(N2vBatches, ValidationIsTheSameEachTimeAndInAllChannels) {
  const test::TempDir dir;
  auto config = small(2);
  config.struct_mask = "horizontal";
  config.augment.rotate = false;
  const auto folder = make_stacks(dir / "a", 4, {1, 2, 1, 32, 32}, 2);
  const auto made = make(folder, config);
  const auto maker = made.maker(config, N2vBatchMaker::Use::kValidation);
  ASSERT_EQ(maker.batch_count(), 2);  // one image with four patches, three a batch
  const auto batch = maker.make(1);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->batch, 1);
  const std::vector<float> first(batch->mask.begin(), batch->mask.begin() + 256);
  EXPECT_EQ(first, std::vector<float>(batch->mask.begin() + 256, batch->mask.end()));
  EXPECT_EQ(maker.make(1)->image, batch->image);
}

TEST(N2vBatches, ASingleImageSharesItsPatches) {
  const test::TempDir dir;
  auto config = small(2);
  config.val = 0.25;
  const auto folder = make_stacks(dir / "a", 1, {1, 1, 1, 48, 48}, 2);
  const auto split = split_patches(folder.images, config);
  ASSERT_TRUE(split);
  EXPECT_EQ(split->validation_count, 2);
  EXPECT_EQ(split->first_training, 2);
  EXPECT_EQ(split->training.count(), 9);
  config.patch = {1, 48, 48};
  const auto refused = split_patches(folder.images, config);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().fix, testing::HasSubstr("--patch"));
}

TEST(N2vBatches, AConstantChannelIsRefused) {
  const test::TempDir dir;
  const auto path = dir / "flat";
  std::filesystem::create_directories(path);
  ASSERT_TRUE(write_image(path / "a.tif", Volume(VoxelType::kUInt8, {1, 1, 1, 32, 32})));
  const auto folder = open_images(path, 2);
  const auto config = small(2);
  N2vImages images(folder->images, 1 << 20);
  TaskControl control;
  EXPECT_FALSE(measure(split_patches(folder->images, config)->training, 0, images, control));
}

}  // namespace
}  // namespace karyo
