#include "models/train/batch_maker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/labels/fill_holes.h"
#include "core/labels/label_volume.h"
#include "models/cuda/host_backend.h"
#include "models/cuda/shape_device.h"
#include "models/cuda/shape_kernels_on.h"
#include "models/stardist/object_probability.h"
#include "models/stardist/star_distances.h"
#include "tests/models/train/synthetic_dataset.h"
#include "tests/support/npy.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using Use = StarDistBatchMaker::Use;

TrainConfig small_config() {
  TrainConfig config;
  config.patch = {1, 48, 48};
  config.unet_depth = 2;
  config.rays = 8;
  config.batch = 3;
  return config;
}

StarDistBatchMaker maker_of(const std::vector<DatasetPair>& pairs, const TrainConfig& config,
                            Use use = Use::kTraining) {
  auto maker = StarDistBatchMaker::create(pairs, config, make_image_cache(config), use);
  EXPECT_TRUE(maker) << maker.error().what;
  return *std::move(maker);
}

bool equal(const StarDistBatch& a, const StarDistBatch& b) {
  return a.batch == b.batch && a.image == b.image && a.prob == b.prob && a.dist == b.dist &&
         a.mask == b.mask;
}

TEST(StarDistBatchMaker, ShapesAreAsStated) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 4, 64, 80);
  const auto maker = maker_of(pairs, small_config());
  const auto batch = maker.make(0);
  ASSERT_TRUE(batch) << batch.error().what;
  EXPECT_EQ(batch->batch, 3);
  EXPECT_EQ(batch->channels, 1);
  EXPECT_EQ(batch->height, 48);
  EXPECT_EQ(batch->grid_width, 24);
  EXPECT_EQ(batch->image.size(), 3U * 48 * 48);
  EXPECT_EQ(batch->prob.size(), 3U * 24 * 24);
  EXPECT_EQ(batch->dist.size(), 3U * 8 * 24 * 24);
  EXPECT_EQ(batch->mask, batch->prob);
  EXPECT_EQ(maker.batch_count(), 0);
}

TEST(StarDistBatchMaker, MakesTheSameWithAGpusKernels) {
  using namespace stardist;
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 3, 64, 80);
  auto maker = maker_of(pairs, small_config());
  const auto plain = maker.make(4);
  const auto device = std::make_shared<ShapeDevice>(
      std::make_unique<ShapeKernelsOn<HostBackend>>(HostBackend{}, 1 << 20),
      ShapeWorth{.distances = 1});
  maker.use(device);
  EXPECT_TRUE(equal(*maker.make(4), *plain));
  EXPECT_EQ(device->jobs(), 3) << "one a patch";
}

TEST(StarDistBatchMaker, IsTheSameFromAnyThreadAndAfterASeek) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 5, 64, 80);
  TrainConfig config = small_config();
  config.augment.zoom = true;
  std::vector<StarDistBatch> expected;
  const auto maker = maker_of(pairs, config);
  for (std::int64_t n = 0; n < 12; ++n) expected.push_back(*maker.make(n));
  for (const int threads : {1, 4}) {
    config.loader_threads = threads;
    config.cache_mib = 1;
    const auto source = make_training_source(maker_of(pairs, config), config);
    for (std::size_t n = 0; n < 12; ++n) ASSERT_TRUE(equal(*source->next(), expected[n])) << n;
    source->seek(5);
    for (std::size_t n = 5; n < 9; ++n) ASSERT_TRUE(equal(*source->next(), expected[n])) << n;
  }
  EXPECT_FALSE(equal(expected[0], expected[5]));
  config.seed = 43;
  EXPECT_FALSE(equal(*maker_of(pairs, config).make(0), expected[0]));
}

TEST(StarDistBatchMaker, TransformsPixelsAndLabelsAlike) {
  // Pixels are 10 + 20 * label before normalisation; orientation and zoom about a lattice point
  // must keep a pixel's value and the probability of its object together.
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 3, 64, 80);
  TrainConfig config = small_config();
  config.augment = {true, true, false, false, false};
  config.grid = {1, 1, 1};
  const auto maker = maker_of(pairs, config);
  for (std::int64_t n = 0; n < 5; ++n) {
    const auto batch = maker.make(n);
    ASSERT_TRUE(batch);
    for (std::size_t i = 0; i < batch->prob.size(); ++i) {
      // Background is the first percentile and becomes 0.
      EXPECT_EQ(batch->prob[i] > 0, batch->image[i] > 0) << i;
    }
  }
}

TEST(StarDistBatchMaker, ClassesFollowTheirObjectsThroughEveryChange) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 3, 64, 64);
  TrainConfig config = small_config();
  config.grid = {1, 1, 1};
  config.augment = {true, true, 1, 0, 0, 1, 1, 0};
  // Pixel = 10 + 20 * label in these images; of every third label nobody said the class.
  ClassNumbers numbers;
  for (std::uint32_t id = 1; id <= 8; ++id) {
    if (id % 3 != 0) numbers[id] = static_cast<int>(id % 2) + 1;
  }
  const auto maker =
      StarDistBatchMaker::create(pairs, config, make_image_cache(config), Use::kTraining,
                                 std::vector<ClassNumbers>(3, numbers));
  ASSERT_TRUE(maker) << maker.error().what;
  std::int64_t known = 0, unknown = 0;
  for (std::int64_t n = 0; n < 4; ++n) {
    const auto batch = maker->make(n);
    ASSERT_TRUE(batch);
    ASSERT_EQ(batch->classes.size(), batch->prob.size());
    for (std::size_t i = 0; i < batch->classes.size(); ++i) {
      EXPECT_EQ(batch->classes[i] == 0, batch->prob[i] == 0);
      known += batch->classes[i] > 0 ? 1 : 0;
      unknown += batch->classes[i] < 0 ? 1 : 0;
    }
  }
  EXPECT_GT(known, 0);
  EXPECT_GT(unknown, 0);
  const auto plain = maker_of(pairs, config).make(0);
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->classes.empty());
}

TEST(StarDistBatchMaker, ValidationIsFixedAndNotAugmented) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 7, 64, 80);
  const TrainConfig config = small_config();
  const auto maker = maker_of(pairs, config, Use::kValidation);
  ASSERT_EQ(maker.batch_count(), 3);
  EXPECT_EQ(maker.make(2)->batch, 1) << "7 patches in batches of 3";
  EXPECT_TRUE(equal(*maker.make(1), *maker.make(1)));
  TrainConfig plain = config;
  plain.augment = {false, false, false, false, false};
  EXPECT_TRUE(equal(*maker_of(pairs, plain, Use::kValidation).make(0), *maker.make(0)));
  plain.val_patches = 20;
  EXPECT_EQ(maker_of(pairs, plain, Use::kValidation).batch_count(), 7);
}

TEST(StarDistBatchMaker, RefusesAPatchLargerThanAnImage) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 2, 64, 80);
  const TrainConfig config;
  const auto maker =
      StarDistBatchMaker::create(pairs, config, make_image_cache(config), Use::kTraining);
  ASSERT_FALSE(maker);
  EXPECT_THAT(maker.error().what, testing::HasSubstr("n100.tif"));
  EXPECT_THAT(maker.error().fix, testing::HasSubstr("--patch 64,80"));
}

TEST(StarDistBatchMaker, AFileThatBreaksDuringTrainingIsNamed) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 1, 64, 80);
  const TrainConfig config = small_config();
  const auto source = make_training_source(maker_of(pairs, config), config);
  ASSERT_TRUE(source->next());
  const auto fresh = maker_of(pairs, config);
  std::filesystem::remove(pairs[0].image);
  const auto failed = fresh.make(0);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().what, testing::HasSubstr("n100.tif"));
  EXPECT_FALSE(failed.error().fix.empty());
}

/// Turns some objects of each mask, with two pixels around them that are no other object's, into
/// ignored parts.
void ignore_some(const std::vector<DatasetPair>& pairs) {
  for (const auto& pair : pairs) {
    const LabelArray before = *read_labels(pair.mask);
    LabelArray labels = before;
    const Index3 shape = labels.shape();
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        if (before(0, y, x) % 3 != 1) continue;
        for (std::int64_t v = std::max<std::int64_t>(0, y - 2); v < std::min(shape.y, y + 3); ++v) {
          for (std::int64_t u = std::max<std::int64_t>(0, x - 2); u < std::min(shape.x, x + 3);
               ++u) {
            if (before(0, v, u) % 3 < 2) labels(0, v, u) = kIgnoredLabel;
          }
        }
      }
    }
    ASSERT_TRUE(write_labels(pair.mask, labels));
  }
}

// The reference's order: ignored parts are background while targets are made, then -1.
TEST(StarDistBatchMaker, IgnoredPartsHaveTheReferencesTargets) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 1, 64, 80);
  ignore_some(pairs);
  const LabelArray drawn = fill_label_holes(read_labels(pairs[0].mask)->view());
  LabelArray objects = drawn;
  std::replace(objects.begin(), objects.end(), kIgnoredLabel, 0U);
  for (const int step : {1, 2}) {
    TrainConfig config = small_config();
    config.patch = {1, 64, 80};
    config.grid = {1, step, step};
    const auto batch = maker_of(pairs, config, Use::kValidation).make(0);
    ASSERT_TRUE(batch) << batch.error().what;
    const stardist::GridStep grid{step, step};
    EXPECT_EQ(batch->dist, stardist::star_distances_2d_reference(objects.view(), 8, grid));
    LabelArray small({1, 64 / step, 80 / step});
    for (std::int64_t y = 0; y < small.shape().y; ++y) {
      for (std::int64_t x = 0; x < small.shape().x; ++x) {
        small(0, y, x) = objects(0, y * step, x * step);
      }
    }
    EXPECT_EQ(batch->mask, stardist::object_probability_2d(small.view()));
    std::size_t ignored = 0;
    for (std::size_t i = 0; i < batch->prob.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i) / small.shape().x;
      const auto column = static_cast<std::int64_t>(i) % small.shape().x;
      const bool known = drawn(0, row * step, column * step) != kIgnoredLabel;
      ASSERT_EQ(batch->prob[i], known ? batch->mask[i] : -1);
      ignored += !known;
      if (!known) {
        ASSERT_EQ(batch->mask[i], 0);
      }
    }
    EXPECT_GT(ignored, 50U);
  }
}

TEST(StarDistBatchMaker, AugmentationMovesIgnoredPartsWithThePicture) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 3, 64, 80);
  ignore_some(pairs);
  for (const auto& pair : pairs) {  // brightest where ignored, so that pixels tell
    const LabelArray labels = *read_labels(pair.mask);
    Volume image(VoxelType::kUInt8, pair.shape);
    for (std::int64_t p = 0; p < labels.count(); ++p) {
      const std::uint32_t id = labels.data()[p];
      image.data()[p] = static_cast<std::byte>(id == kIgnoredLabel ? 250 : id == 0 ? 10 : 100);
    }
    ASSERT_TRUE(write_image(pair.image, image));
  }
  TrainConfig config = small_config();
  config.grid = {1, 1, 1};
  config.augment = {true, true, false, false, false};
  std::size_t ignored = 0;
  for (std::int64_t n = 0; n < 5; ++n) {
    const auto batch = maker_of(pairs, config).make(n);
    ASSERT_TRUE(batch);
    for (std::size_t i = 0; i < batch->prob.size(); ++i) {
      ASSERT_EQ(batch->prob[i]<0, batch->image[i]> 0.9F) << i;
      ignored += batch->prob[i] < 0;
    }
  }
  EXPECT_GT(ignored, 100U);
  config.augment = {true, true, true, true, true};
  for (std::int64_t n = 0; n < 5; ++n) {
    const auto batch = maker_of(pairs, config).make(n);
    ASSERT_TRUE(batch);
    for (std::size_t i = 0; i < batch->prob.size(); ++i) {
      ASSERT_TRUE(batch->prob[i] == -1 ? batch->mask[i] == 0 : batch->prob[i] == batch->mask[i]);
    }
  }
}

TEST(StarDistBatchMaker, TargetsEqualTheReference) {
  KARYO_NEEDS_SHARED();
  const auto golden = test::read_npz(test::shared_dir() / "golden/stardist2d/train_step.npz");
  const auto& labels = golden.at("Y_labels");
  const auto& prob = golden.at("y_prob");
  const auto& dist_mask = golden.at("y_dist_mask");
  const std::int64_t side = labels.shape[1];

  // A patch as large as the image leaves one position, so the batch holds the labels themselves.
  const test::TempDir dir;
  std::vector<DatasetPair> pairs = test::make_dataset(dir.path(), 2, side, side);
  for (std::int64_t i = 0; i < 2; ++i) {
    LabelArray array({1, side, side});
    for (std::int64_t p = 0; p < array.count(); ++p) {
      array.data()[p] = static_cast<std::uint32_t>(
          labels.values[static_cast<std::size_t>(i * array.count() + p)]);
    }
    ASSERT_TRUE(write_labels(pairs[static_cast<std::size_t>(i)].mask, array));
  }
  TrainConfig config;
  config.patch = {1, side, side};
  config.batch = 2;
  const auto maker = maker_of(pairs, config, Use::kValidation);
  const auto batch = maker.make(0);
  ASSERT_TRUE(batch) << batch.error().what;
  const std::size_t plane = 64 * 64;
  // The order of the two images is random: find it by the first image's probabilities.
  const auto matches = [&](std::size_t slot, std::size_t reference) {
    for (std::size_t p = 0; p < plane; ++p) {
      if (std::abs(batch->prob[slot * plane + p] - prob.values[reference * plane + p]) > 1e-5) {
        return false;
      }
    }
    return true;
  };
  for (std::size_t slot = 0; slot < 2; ++slot) {
    ASSERT_TRUE(matches(slot, 0) || matches(slot, 1));
    const std::size_t reference = matches(slot, 0) ? 0 : 1;
    for (std::size_t p = 0; p < plane; ++p) {
      const double* expected = &dist_mask.values[(reference * plane + p) * 33];
      for (std::size_t ray = 0; ray < 32; ++ray) {
        ASSERT_EQ(batch->dist[(slot * plane + p) * 32 + ray], static_cast<float>(expected[ray]))
            << "pixel " << p << " ray " << ray;
      }
      ASSERT_NEAR(batch->mask[slot * plane + p], expected[32], 1e-5);
    }
  }
  EXPECT_NE(matches(0, 0), matches(1, 0)) << "each image once";
}

TEST(StarDistBatchMaker, TargetsOfAVolumeAreTheReferences) {
  KARYO_NEEDS_SHARED();
  const auto golden = test::read_npz(test::shared_dir() / "golden/stardist3d/train_step.npz");
  const auto& drawn = golden.at("Y_labels");
  const Index3 shape{drawn.shape[1], drawn.shape[2], drawn.shape[3]};
  LabelArray labels(shape);
  std::copy(drawn.values.begin(), drawn.values.end(), labels.begin());
  const test::TempDir dir;
  std::filesystem::create_directories(dir / "images");
  std::filesystem::create_directories(dir / "masks");
  Volume image(VoxelType::kUInt8, {1, 1, shape.z, shape.y, shape.x});
  for (std::int64_t i = 0; i < shape.count(); ++i)
    image.data()[i] = static_cast<std::byte>(i % 251);
  const DatasetPair pair{"a", dir / "images/a.tif", dir / "masks/a.tif", image.shape(),
                         image.type()};
  ASSERT_TRUE(write_image(pair.image, image));
  ASSERT_TRUE(write_labels(pair.mask, labels));

  TrainConfig config = TrainConfig::defaults("stardist", 3);
  config.patch = shape;
  config.rays = 32;
  config.anisotropy = "2,1,1";
  const auto batch = maker_of({pair}, config, Use::kValidation).make(0);
  ASSERT_TRUE(batch) << batch.error().what;
  EXPECT_EQ(batch->depth, 16);
  EXPECT_EQ(batch->grid_depth, 16);
  EXPECT_EQ(batch->grid_width, 16);
  const auto& prob = golden.at("y_prob").values;
  const auto& dist_mask = golden.at("y_dist_mask").values;
  ASSERT_EQ(batch->prob.size(), prob.size());
  ASSERT_EQ(batch->dist.size() + batch->mask.size(), dist_mask.size());
  for (std::size_t i = 0; i < prob.size(); ++i) {
    ASSERT_NEAR(batch->prob[i], prob[i], 1e-6);
    ASSERT_NEAR(batch->mask[i], dist_mask[i * 33 + 32], 1e-6);
    for (std::size_t k = 0; k < 32; ++k) {
      ASSERT_EQ(batch->dist[i * 32 + k], static_cast<float>(dist_mask[i * 33 + k]));
    }
  }
}

TEST(StarDistBatchMaker, VolumesTurnInTheirPlanesWithTheirLabels) {
  const test::TempDir dir;
  const auto pairs = test::make_volumes(dir.path(), 2, {9, 40, 44});
  TrainConfig config = TrainConfig::defaults("stardist", 3);
  config.patch = {8, 32, 32};
  config.unet_depth = 1;
  config.rays = 8;
  config.batch = 2;
  config.anisotropy = "1,1,1";
  config.augment.intensity = config.augment.noise = false;
  config.augment.zoom = true;
  const auto maker = maker_of(pairs, config);
  for (int number = 0; number < 6; ++number) {
    const auto batch = maker.make(number);
    ASSERT_TRUE(batch) << batch.error().what;
    ASSERT_EQ(batch->image.size(), 2U * 8 * 32 * 32);
    ASSERT_EQ(batch->prob.size(), 2U * 8 * 16 * 16);
    ASSERT_EQ(batch->dist.size(), 2U * 8 * 16 * 16 * 8);
    EXPECT_EQ(batch->image, maker.make(number)->image);
    EXPECT_GT(*std::max_element(batch->prob.begin(), batch->prob.end()), 0);
  }
}

}  // namespace
}  // namespace karyo
