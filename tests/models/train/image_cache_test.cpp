#include "models/train/image_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "core/labels/label_volume.h"
#include "tests/models/train/synthetic_dataset.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using testing::HasSubstr;

ImageCache::Options options(std::size_t budget) {
  return {budget, 1, 99.8, {1, 32, 32}};
}

TEST(ImageCache, NormalisesPixelsAndKeepsLabels) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 1, 64, 80);
  ASSERT_EQ(pairs.size(), 1U);
  ImageCache cache(options(1 << 20));
  const auto image = cache.get(pairs[0]);
  ASSERT_TRUE(image) << image.error().what;
  const auto volume = read_image(pairs[0].image);
  const auto labels = read_labels(pairs[0].mask);
  const auto scale = percentile_scale(*volume, 0, 0, 1, 99.8);
  const Box3 box{{0, 7, 9}, {1, 60, 79}};
  std::vector<float> pixels(static_cast<std::size_t>(box.shape().count()));
  std::vector<std::uint32_t> ids(pixels.size());
  (*image)->copy_pixels(0, box, pixels.data());
  (*image)->copy_labels(box, ids.data());
  std::size_t i = 0;
  for (std::int64_t y = 7; y < 60; ++y) {
    for (std::int64_t x = 9; x < 79; ++x, ++i) {
      ASSERT_EQ(ids[i], (*labels)(0, y, x));
      ASSERT_EQ(pixels[i], scale(static_cast<float>(10 + 20 * ids[i])));
    }
  }
}

TEST(ImageCache, KeepsWhatIsIgnoredBesideIdsOfAnyWidth) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 3, 64, 64);
  const std::uint32_t highest[] = {0xfffe, 0xffff, 0xfffffffe};
  for (std::size_t i = 0; i < 3; ++i) {
    LabelArray labels = *read_labels(pairs[i].mask);
    for (int x = 0; x < 64; ++x) labels(0, 20, x) = kIgnoredLabel;
    labels(0, 0, 0) = highest[i];
    ASSERT_TRUE(write_labels(pairs[i].mask, labels));
    ImageCache cache(options(1 << 20));
    const auto image = cache.get(pairs[i]);
    ASSERT_TRUE(image) << image.error().what;
    std::vector<std::uint32_t> ids(64 * 64);
    (*image)->copy_labels(Box3::of_shape({1, 64, 64}), ids.data());
    EXPECT_EQ(ids[0], highest[i]);
    EXPECT_EQ(std::count(ids.begin(), ids.end(), kIgnoredLabel), 64);
    EXPECT_EQ((*image)->memory_bytes() < 64 * 64 * 4, i == 0) << "16 bits where they suffice";
  }
}

TEST(ImageCache, KeepsItsBudgetWhateverTheDatasetsSize) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 12, 64, 64);
  const std::size_t one = 64 * 64 * 3;
  ImageCache cache(options(4 * one));
  for (int pass = 0; pass < 3; ++pass) {
    for (const auto& pair : pairs) {
      ASSERT_TRUE(cache.get(pair));
      EXPECT_LE(cache.held_bytes(), 4 * one);
      EXPECT_GE(cache.held_bytes(), one);
    }
  }
  EXPECT_EQ(cache.loads(), 36) << "12 images in a round never meet themselves among 3 kept";
  ImageCache roomy(options(1 << 20));
  for (int pass = 0; pass < 3; ++pass) {
    for (const auto& pair : pairs) ASSERT_TRUE(roomy.get(pair));
  }
  EXPECT_EQ(roomy.loads(), 12);
}

TEST(ImageCache, ReadsOnceForManyThreads) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 3, 64, 64);
  ImageCache cache(options(1 << 20));
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      for (const auto& pair : pairs) failures += cache.get(pair) ? 0 : 1;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(cache.loads(), 3);
}

TEST(ImageCache, NamesTheFileThatCannotBeUsed) {
  const test::TempDir dir;
  auto pairs = test::make_dataset(dir.path(), 3, 64, 64);
  ImageCache cache(options(1 << 20));
  std::filesystem::remove(pairs[0].mask);
  const auto missing = cache.get(pairs[0]);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().what, HasSubstr("n100.tif"));
  std::ofstream(pairs[1].image, std::ios::trunc) << "nonsense";
  const auto broken = cache.get(pairs[1]);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().what, HasSubstr("n101.tif"));
  ASSERT_TRUE(write_labels(pairs[2].mask, LabelArray({1, 64, 63})));
  const auto unlike = cache.get(pairs[2]);
  ASSERT_FALSE(unlike);
  EXPECT_THAT(unlike.error().what, HasSubstr("64x63"));
  EXPECT_EQ(cache.held_bytes(), 0U);
}

TEST(ImageCache, TellsEachWarningOnce) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 2, 64, 64);
  ASSERT_TRUE(write_labels(pairs[0].mask, LabelArray({1, 64, 64})));
  ImageCache cache(options(1));  // reads again each time
  for (int pass = 0; pass < 2; ++pass) {
    for (const auto& pair : pairs) ASSERT_TRUE(cache.get(pair));
  }
  const auto findings = cache.take_findings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].kind, "empty_mask");
  EXPECT_TRUE(cache.take_findings().empty());
}

TEST(ImageCache, FillsHolesInObjects) {
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 1, 64, 64);
  LabelArray ring({1, 64, 64});
  for (std::int64_t y = 10; y < 20; ++y) {
    for (std::int64_t x = 10; x < 20; ++x) ring(0, y, x) = 5;
  }
  ring(0, 15, 15) = 0;
  ring(0, 40, 40) = 70000;  // needs more than 16 bits
  ASSERT_TRUE(write_labels(pairs[0].mask, ring));
  ImageCache cache(options(1 << 20));
  const auto image = cache.get(pairs[0]);
  ASSERT_TRUE(image);
  std::uint32_t id = 0;
  (*image)->copy_labels({{0, 15, 15}, {1, 16, 16}}, &id);
  EXPECT_EQ(id, 5U);
  (*image)->copy_labels({{0, 40, 40}, {1, 41, 41}}, &id);
  EXPECT_EQ(id, 70000U);
}

}  // namespace
}  // namespace karyo
