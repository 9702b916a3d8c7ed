#include "core/segment/binary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "core/base/random.h"
#include "core/io/image_io.h"
#include "core/segment/particles.h"
#include "core/segment/watershed.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

Volume golden(const std::string& name) {
  auto image = read_image(test::shared_dir() / "golden/imagej" / (name + ".tif"));
  if (!image) throw std::runtime_error(image.error().what);
  return *std::move(image);
}

std::int64_t pixels_that_differ(const Mask& ours, const Volume& expected) {
  std::int64_t count = 0;
  const auto view = expected.view<std::uint8_t>();
  for (std::int64_t i = 0; i < ours.count(); ++i) count += ours.data()[i] != view.data()[i] ? 1 : 0;
  return count;
}

TEST(BinaryGolden, EveryOperationEqualsImageJ) {
  KARYO_NEEDS_SHARED();
  const Volume image = golden("mask_otsu");
  const auto mask = image.view<std::uint8_t>();
  EXPECT_EQ(pixels_that_differ(erode(mask), golden("mask_erode")), 0);
  EXPECT_EQ(pixels_that_differ(dilate(mask), golden("mask_dilate")), 0);
  EXPECT_EQ(pixels_that_differ(open(mask), golden("mask_open")), 0);
  EXPECT_EQ(pixels_that_differ(close(mask), golden("mask_close")), 0);
  EXPECT_EQ(pixels_that_differ(fill_holes(mask), golden("mask_fill")), 0);
  EXPECT_EQ(pixels_that_differ(watershed_split(mask), golden("mask_watershed")), 0);
  const Volume holes = golden("mask_with_holes");
  EXPECT_EQ(pixels_that_differ(fill_holes(holes.view<std::uint8_t>()),
                               golden("mask_with_holes_filled")), 0);
}

TEST(BinaryGolden, DistancesEqualImageJs) {
  KARYO_NEEDS_SHARED();
  const Volume image = golden("mask_otsu"), expected = golden("mask_edm_float");
  const auto distances = distance_map(image.view<std::uint8_t>());
  const auto view = expected.view<float>();
  float largest = 0;
  for (std::int64_t i = 0; i < distances.count(); ++i) {
    largest = std::max(largest, std::abs(distances.data()[i] - view.data()[i]));
  }
  EXPECT_LT(largest, 1e-6F);
}

Mask discs(std::int64_t side, int count, double low, double high, Random& random) {
  Mask mask({1, side, side});
  for (int i = 0; i < count; ++i) {
    const double cy = random.uniform() * static_cast<double>(side);
    const double cx = random.uniform() * static_cast<double>(side);
    const double radius = random.uniform(low, high);
    for (auto y = std::max<std::int64_t>(0, std::llround(cy - radius));
         y < std::min<std::int64_t>(side, std::llround(cy + radius) + 1); ++y) {
      for (auto x = std::max<std::int64_t>(0, std::llround(cx - radius));
           x < std::min<std::int64_t>(side, std::llround(cx + radius) + 1); ++x) {
        if (std::hypot(static_cast<double>(y) - cy, static_cast<double>(x) - cx) < radius) {
          mask(0, y, x) = 255;
        }
      }
    }
  }
  return mask;
}

TEST(DistanceMap, IsExactForNearAndCloseForFarBackground) {
  Random random(9);
  const Mask mask = discs(120, 12, 5, 30, random);
  const auto distances = distance_map(mask.view());
  for (std::int64_t y = 0; y < 120; y += 3) {
    for (std::int64_t x = 0; x < 120; x += 3) {
      double least = 1e9;
      for (std::int64_t by = 0; by < 120; ++by) {
        for (std::int64_t bx = 0; bx < 120; ++bx) {
          if (mask(0, by, bx) == 0) {
            least = std::min(least, std::hypot(static_cast<double>(y - by),
                                               static_cast<double>(x - bx)));
          }
        }
      }
      EXPECT_NEAR(distances(0, y, x), least, least < 13 ? 1e-5 : 0.1);
    }
  }
}

TEST(FillHoles, KeepsWhatReachesTheBorder) {
  Mask mask({2, 5, 5}, 255);
  mask(0, 2, 2) = 0;                    // a hole
  mask(1, 0, 2) = mask(1, 1, 2) = 0;    // a bay
  mask(1, 2, 1) = 0;                    // joined to it by a corner only: a hole
  const auto filled = fill_holes(mask.view());
  EXPECT_EQ(filled(0, 2, 2), 255);
  EXPECT_EQ(filled(1, 1, 2), 0);
  EXPECT_EQ(filled(1, 2, 1), 255);
}

TEST(Watershed, CutsTwoDiscsThatTouchAndLeavesOneWhole) {
  Mask mask({1, 40, 70});
  const auto disc = [&](double cx) {
    for (std::int64_t y = 0; y < 40; ++y) {
      for (std::int64_t x = 0; x < 70; ++x) {
        if (std::hypot(static_cast<double>(y) - 20, static_cast<double>(x) - cx) < 14) {
          mask(0, y, x) = 255;
        }
      }
    }
  };
  disc(22);
  EXPECT_EQ(analyze_particles(watershed_split(mask.view()).view(), {}).particles.size(), 1u);
  disc(46);
  EXPECT_EQ(analyze_particles(mask.view(), {}).particles.size(), 1u);
  EXPECT_EQ(analyze_particles(watershed_split(mask.view()).view(), {}).particles.size(), 2u);
}

TEST(Watershed, OnlyEverRemovesPixelsOfAnyMask) {
  Random random(4);
  for (int round = 0; round < 40; ++round) {
    Mask mask({1 + random.below(2), 1 + random.below(30), 1 + random.below(30)});
    const double density = round == 0 ? 0 : round == 1 ? 1 : random.uniform();
    for (auto& pixel : mask) pixel = random.uniform() < density ? 255 : 0;
    const auto split = watershed_split(mask.view());
    for (std::int64_t i = 0; i < mask.count(); ++i) {
      EXPECT_LE(split.data()[i], mask.data()[i]);
    }
  }
}

TEST(Watershed, AMegapixelTakesWellBelowASecond) {
  Random random(8);
  const Mask mask = discs(1024, 700, 8, 22, random);
  // Time of the processor, so that a busy machine does not fail the test.
  const std::clock_t start = std::clock();
  const auto split = watershed_split(mask.view());
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  EXPECT_LT(seconds, 1.0);
  RecordProperty("seconds", std::to_string(seconds));
  EXPECT_GT(analyze_particles(split.view(), {}).particles.size(),
            analyze_particles(mask.view(), {}).particles.size());
}

}  // namespace
}  // namespace karyo
