#include "models/train/warp.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace karyo {
namespace {

/// A disc whose pixels are its label's, beside background; two channels.
Patch disc(std::int64_t extent, double cy, double cx, double radius) {
  Patch patch{2, extent, extent, {}, {}};
  for (std::int64_t y = 0; y < extent; ++y) {
    for (std::int64_t x = 0; x < extent; ++x) {
      const bool in =
          std::hypot(static_cast<double>(y) - cy, static_cast<double>(x) - cx) <= radius;
      patch.labels.push_back(in ? 4000000001U : 0);
    }
  }
  for (int c = 0; c < 2; ++c) {
    for (const auto id : patch.labels) patch.pixels.push_back(id == 0 ? 0.f : 1.f);
  }
  return patch;
}

AugmentSet only(double zoom, double turn, double elastic) {
  AugmentSet set = AugmentSet::none();
  set.zoom = zoom;
  set.turn = turn;
  set.elastic = elastic;
  return set;
}

TEST(Warp, AtStrengthZeroNothingIsDrawnAndNothingMoves) {
  Random random(3), untouched(3);
  const Warp warp = draw_warp(random, AugmentSet::none(), 40, 40);
  EXPECT_FALSE(warp.moves());
  EXPECT_EQ(random.state(), untouched.state());
  const Patch patch = disc(40, 15, 22, 9);
  const Patch same = warped(patch, 40, 40, warp);
  EXPECT_EQ(same.labels, patch.labels);
  EXPECT_EQ(same.pixels, patch.pixels);
  Patch blurred = patch;
  blur(blurred, 0);
  EXPECT_EQ(blurred.pixels, patch.pixels);
}

TEST(Warp, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const Patch patch = disc(64, 30, 30, 12);
  const auto run = [&](std::uint64_t seed) {
    Random random(seed);
    return warped(patch, 64, 64, draw_warp(random, only(1, 1, 1), 64, 64)).pixels;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(Warp, LabelsStayLabelsAndPixelsGoWithThem) {
  const Patch patch = disc(96, 50, 44, 17);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const Warp warp = draw_warp(random, only(seed % 2, 1, seed % 3), 64, 64);
    const Patch out = warped(patch, 64, 64, warp);
    ASSERT_EQ(out.labels.size(), 64u * 64u);
    ASSERT_EQ(out.pixels.size(), 2u * 64u * 64u);
    std::size_t apart = 0;
    for (std::size_t i = 0; i < out.labels.size(); ++i) {
      EXPECT_TRUE(out.labels[i] == 0 || out.labels[i] == 4000000001U);
      EXPECT_EQ(out.pixels[i], out.pixels[i + 64 * 64]) << "channels move alike";
      // Linear pixels differ from nearest labels by less than one half, but for rounding.
      if (std::abs(out.pixels[i] - (out.labels[i] == 0 ? 0.f : 1.f)) > 0.76f) ++apart;
    }
    EXPECT_EQ(apart, 0u) << seed;
  }
}

TEST(Warp, ATurnByNinetyDegreesIsTheQuarterTurn) {
  Patch patch{1, 31, 31, {}, {}};
  for (std::int64_t i = 0; i < 31 * 31; ++i) {
    patch.labels.push_back(static_cast<std::uint32_t>(i));
    patch.pixels.push_back(static_cast<float>(i));
  }
  Warp warp;
  warp.angle = std::acos(-1.0) / 2;
  const Patch out = warped(patch, 31, 31, warp);
  for (std::int64_t y = 0; y < 31; ++y) {
    for (std::int64_t x = 0; x < 31; ++x) {
      const auto expected = x * 31 + (30 - y);
      EXPECT_EQ(out.labels[static_cast<std::size_t>(y * 31 + x)], expected);
      EXPECT_NEAR(out.pixels[static_cast<std::size_t>(y * 31 + x)], expected, 1e-2);
    }
  }
}

TEST(Warp, ADiscKeepsItsAreaWhenTurnedAndGrowsWithTheFactor) {
  const Patch patch = disc(128, 63.5, 63.5, 20);
  const auto area = [](const Patch& p) {
    return static_cast<double>(
        std::count_if(p.labels.begin(), p.labels.end(), [](std::uint32_t id) { return id != 0; }));
  };
  Warp warp;
  warp.angle = 0.7;
  EXPECT_NEAR(area(warped(patch, 128, 128, warp)) / area(patch), 1, 0.02);
  warp.factor = 1.5;
  EXPECT_NEAR(area(warped(patch, 128, 128, warp)) / area(patch), 2.25, 0.05);
}

TEST(Warp, WhatIsSeenHoldsTheTurnedPatch) {
  Warp warp;
  warp.angle = std::acos(-1.0) / 4;
  const PlaneExtent seen = seen_by(warp, 100, 100);
  EXPECT_GE(seen.height, 142);
  EXPECT_LE(seen.height, 150);
}

TEST(Warp, ImageAndTargetMoveAlike) {
  const Patch patch = disc(64, 30, 34, 13);
  std::vector<float> image(patch.pixels.begin(), patch.pixels.begin() + 64 * 64);
  std::vector<float> target = image;
  for (float& value : target) value = 3 * value + 1;
  Random random(11);
  const Warp warp = draw_warp(random, only(1, 1, 1), 64, 64);
  warp_planes(image, 64, 64, warp);
  warp_planes(target, 64, 64, warp);
  for (std::size_t i = 0; i < image.size(); ++i) {
    ASSERT_NEAR(target[i], 3 * image[i] + 1, 1e-5);
  }
}

TEST(Blur, KeepsTheMeanAndTheLabelsAndLowersTheDeviation) {
  Random random(5);
  Patch patch{1, 50, 60, {}, std::vector<std::uint32_t>(3000, 7)};
  for (int i = 0; i < 3000; ++i) patch.pixels.push_back(static_cast<float>(random.normal()));
  const auto moments = [](const std::vector<float>& values) {
    double sum = 0, squares = 0;
    for (const float v : values) {
      sum += v;
      squares += static_cast<double>(v) * v;
    }
    const double n = static_cast<double>(values.size()), mean = sum / n;
    return std::pair(mean, std::sqrt(squares / n - mean * mean));
  };
  const auto [mean, deviation] = moments(patch.pixels);
  blur(patch, 1.5);
  const auto [after, smoother] = moments(patch.pixels);
  EXPECT_NEAR(after, mean, 0.02);
  // White noise under a Gaussian: 1 / (2 sqrt(pi) sigma).
  EXPECT_NEAR(smoother / deviation, 1 / (2 * std::sqrt(std::acos(-1.0)) * 1.5), 0.04);
  EXPECT_EQ(patch.labels, std::vector<std::uint32_t>(3000, 7));
}

TEST(Augment, AStrengthScalesIntensityAndNoise) {
  Patch patch{1, 1, 4, {0, 0.5f, 1, 2}, {0, 0, 0, 0}};
  const auto before = patch.pixels;
  Random random(1);
  change_intensity(patch, random, 0);
  add_noise(patch, random, 0);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(patch.pixels[i], before[i]);
}

}  // namespace
}  // namespace karyo
