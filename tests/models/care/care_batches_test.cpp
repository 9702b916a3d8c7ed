#include "models/care/care_batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/io/image_io.h"
#include "tests/models/care/made_pairs.h"
#include "tests/support/npy.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using testing::HasSubstr;

TrainConfig small(std::int64_t dims) {
  TrainConfig config = TrainConfig::defaults("care", dims);
  config.patch = dims == 2 ? Index3{1, 16, 16} : Index3{4, 16, 16};
  config.patches_per_image = 6;
  config.batch = 4;
  config.unet_depth = 2;
  return config;
}

CareBatchMaker maker_of(const std::vector<RestorationPair>& pairs, const TrainConfig& config,
                        CareBatchMaker::Use use, bool shared = false) {
  auto maker =
      CareBatchMaker::create(pairs, config, std::make_shared<PairCache>(config), use, shared);
  EXPECT_TRUE(maker) << maker.error().what;
  return *std::move(maker);
}

TEST(StructureMask, EqualsCsbdeeps) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/functions";
  const auto golden = test::read_npz(folder / "no_background_patches.npz");
  struct Case {
    const char* image;
    const char* mask;
    Index3 patch;
  };
  for (const Case& at : {Case{"img2d_u16.npy", "mask_patch32x32", {1, 32, 32}},
                         Case{"img3d_u16.npy", "mask3d_patch8x16x16", {8, 16, 16}}}) {
    const auto image = test::read_npy(folder / at.image);
    const auto& s = image.shape;
    Array3<float> target(s.size() == 2 ? Index3{1, s[0], s[1]} : Index3{s[0], s[1], s[2]});
    const auto values = image.as<float>();
    std::copy(values.begin(), values.end(), target.begin());
    const auto mask = structure_mask(target, at.patch, 0.4);
    const auto expected = golden.at(at.mask).as<float>();
    ASSERT_EQ(static_cast<std::size_t>(mask.count()), expected.size());
    std::int64_t different = 0, set = 0;
    for (std::int64_t i = 0; i < mask.count(); ++i) {
      different += (expected[static_cast<std::size_t>(i)] != 0) != (mask.data()[i] != 0) ? 1 : 0;
      set += mask.data()[i];
    }
    EXPECT_EQ(different, 0) << at.mask;
    EXPECT_GT(set, 0);
    if (at.patch.z == 1) {
      EXPECT_LT(set, mask.count());
    }
  }
}

TEST(DrawCorners, AreDistinctAndEligible) {
  Array3<std::uint8_t> mask({1, 40, 40});
  for (std::int64_t y = 10; y < 20; ++y) mask(0, y, 13) = 1;
  mask(0, 2, 2) = 1;  // too near to the border for a patch
  const Index3 patch{1, 16, 16};
  Random random(1);
  const auto corners = draw_corners(mask, patch, 7, random);
  ASSERT_EQ(corners.size(), 7U);
  std::set<std::int64_t> rows;
  for (const auto& corner : corners) {
    EXPECT_EQ(corner.x, 13 - 8);
    rows.insert(corner.y + 8);
    EXPECT_EQ(mask(0, corner.y + 8, 13), 1);
  }
  EXPECT_EQ(rows.size(), 7U);
  EXPECT_EQ(draw_corners(mask, patch, 25, random).size(), 25U) << "with repetition when short";
  EXPECT_TRUE(draw_corners(Array3<std::uint8_t>({1, 40, 40}), patch, 3, random).empty());
}

TEST(DrawCorners, ReachEveryPlace) {
  const Array3<std::uint8_t> mask({2, 5, 6}, 1);
  Random random(2);
  const auto corners = draw_corners(mask, {2, 4, 4}, 6, random);
  std::set<std::pair<std::int64_t, std::int64_t>> places;
  for (const auto& corner : corners) {
    EXPECT_EQ(corner.z, 0);
    places.insert({corner.y, corner.x});
  }
  EXPECT_EQ(places.size(), 6U);
}

TEST(CareBatches, LowAndHighStayTogether) {
  const test::TempDir dir;
  for (const std::int64_t dims : {2, 3}) {
    const auto pairs = test::make_pairs(dir / std::to_string(dims), 3, dims);
    const auto config = small(dims);
    const auto maker = maker_of(pairs, config, CareBatchMaker::Use::kTraining);
    EXPECT_EQ(maker.patch_count(), 18);
    std::set<std::vector<float>> seen;
    for (std::int64_t n = 0; n < 4; ++n) {
      const auto batch = maker.make(n);
      ASSERT_TRUE(batch) << batch.error().what;
      const auto voxels = static_cast<std::size_t>(config.patch.count());
      ASSERT_EQ(batch->image.size(), 4 * voxels);
      ASSERT_EQ(batch->target.size(), 4 * voxels);
      for (std::size_t i = 0; i < 4; ++i) {
        // The pairs are made so that high is twice low: after normalisation they are equal.
        for (std::size_t k = i * voxels; k < (i + 1) * voxels; ++k) {
          ASSERT_NEAR(batch->image[k], batch->target[k], 1e-4);
        }
        const auto first = batch->image.begin() + static_cast<std::ptrdiff_t>(i * voxels);
        seen.insert({first, first + static_cast<std::ptrdiff_t>(voxels)});
      }
      EXPECT_EQ(maker.make(n)->image, batch->image);
    }
    EXPECT_EQ(seen.size(), 16U);
  }
}

TEST(CareBatches, APairAloneServesForBothWithUnlikePatches) {
  const test::TempDir dir;
  const auto pairs = test::make_pairs(dir / "a", 1, 2);
  auto config = small(2);
  config.val = 0.34;
  const auto training = maker_of(pairs, config, CareBatchMaker::Use::kTraining, true);
  const auto validation = maker_of(pairs, config, CareBatchMaker::Use::kValidation, true);
  EXPECT_EQ(training.patch_count(), 4);
  EXPECT_EQ(validation.patch_count(), 2);
  EXPECT_EQ(validation.batch_count(), 1);
  EXPECT_EQ(validation.make(0)->batch, 2);
}

TEST(CareBatches, PercentilesAreThoseOfTheWholeImage) {
  const test::TempDir dir;
  const auto pairs = test::make_pairs(dir / "a", 1, 2);
  auto config = small(2);
  config.augment = {false, false, false, false, false};
  PairCache cache(config);
  const auto patches = cache.get(pairs.front());
  ASSERT_TRUE(patches);
  ASSERT_EQ((*patches)->count(), 6);
  const auto image = read_image(pairs.front().low);
  const double percents[] = {1, 3, 99.5, 99.9};
  const auto ends = percentiles(*image, 0, 0, percents);
  std::vector<float> patch(256);
  std::set<float> scales;
  for (std::int64_t i = 0; i < 6; ++i) {
    (*patches)->copy_low(i, patch.data());
    // Steps of one grey value tell the span.
    float step = 1;
    for (std::size_t k = 1; k < patch.size(); ++k) {
      const float off = std::abs(patch[k] - patch[k - 1]);
      if (off > 1e-6F) step = std::min(step, off);
    }
    const double span = 1 / static_cast<double>(step);
    EXPECT_GE(span, ends[2] - ends[1] - 1);
    EXPECT_LE(span, ends[3] - ends[0] + 1);
    scales.insert(step);
  }
  EXPECT_GT(scales.size(), 1U) << "each patch draws percentiles of its own";
}

TEST(CareBatches, NothingButBackgroundIsRefused) {
  const test::TempDir dir;
  auto pairs = test::make_pairs(dir / "a", 1, 2);
  // One bright spot in a corner, where no patch has its centre.
  Volume high(VoxelType::kUInt16, {1, 1, 1, 64, 64});
  high.view<std::uint16_t>()(0, 0, 0) = 1000;
  ASSERT_TRUE(write_image(pairs.front().high, high));
  auto config = small(2);
  config.patch = {1, 8, 8};
  const auto refused = maker_of(pairs, config, CareBatchMaker::Use::kTraining).make(0);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().fix, HasSubstr("--background-threshold"));
}

TEST(PairCacheTest, KeepsToItsBudgetAndTellsShifts) {
  const test::TempDir dir;
  const auto pairs = test::make_pairs(dir / "a", 3, 2, 5);
  PairCache cache(small(2));
  ASSERT_TRUE(cache.get(pairs[0]));
  ASSERT_TRUE(cache.get(pairs[0]));
  EXPECT_EQ(cache.loads(), 1);
  const auto findings = cache.take_findings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().kind, "shifted");
  EXPECT_THAT(findings.front().what, HasSubstr("5 down"));
  EXPECT_TRUE(cache.take_findings().empty());
}

}  // namespace
}  // namespace karyo
