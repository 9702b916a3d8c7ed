#include "models/train/augment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace karyo {
namespace {

/// Each pixel tells its place, and so does its label.
Patch numbered(std::int64_t channels, std::int64_t height, std::int64_t width) {
  Patch patch{channels, height, width, {}, {}};
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t i = 0; i < height * width; ++i) {
      patch.pixels.push_back(static_cast<float>(i + 1000 * c));
    }
  }
  for (std::int64_t i = 0; i < height * width; ++i) {
    patch.labels.push_back(static_cast<std::uint32_t>(i));
  }
  return patch;
}

TEST(Orient, MovesPixelsAndLabelsAlike) {
  for (int bits = 0; bits < 8; ++bits) {
    const Orientation how{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
    Patch patch = numbered(2, 3, 5);
    orient(patch, how);
    ASSERT_EQ(patch.height, how.transpose ? 5 : 3);
    ASSERT_EQ(patch.width, how.transpose ? 3 : 5);
    for (std::int64_t y = 0; y < patch.height; ++y) {
      for (std::int64_t x = 0; x < patch.width; ++x) {
        std::int64_t from_y = how.mirror_y ? patch.height - 1 - y : y;
        std::int64_t from_x = how.mirror_x ? patch.width - 1 - x : x;
        if (how.transpose) std::swap(from_y, from_x);
        const auto at = static_cast<std::size_t>(y * patch.width + x);
        const auto expected = from_y * 5 + from_x;
        EXPECT_EQ(patch.labels[at], expected);
        EXPECT_EQ(patch.pixels[at], expected);
        EXPECT_EQ(patch.pixels[at + 15], expected + 1000);
      }
    }
  }
}

std::map<std::vector<std::uint32_t>, int> orientations(const AugmentSet& set, std::int64_t height,
                                                       std::int64_t width) {
  Random random(7);
  std::map<std::vector<std::uint32_t>, int> seen;
  for (int i = 0; i < 8000; ++i) {
    Patch patch = numbered(1, height, width);
    orient(patch, draw_orientation(random, set, height == width));
    EXPECT_EQ(patch.height, height);
    ++seen[patch.labels];
  }
  for (const auto& [labels, count] : seen) {
    EXPECT_NEAR(count, 8000.0 / static_cast<double>(seen.size()), 200);
  }
  return seen;
}

TEST(DrawOrientation, KnowsFlipsTurnsAndBoth) {
  EXPECT_EQ(orientations({true, true, false, false, false}, 3, 3).size(), 8U);
  EXPECT_EQ(orientations({true, false, false, false, false}, 3, 3).size(), 4U);
  EXPECT_EQ(orientations({false, true, false, false, false}, 3, 3).size(), 4U);
  EXPECT_EQ(orientations({true, true, false, false, false}, 2, 3).size(), 4U);
  EXPECT_EQ(orientations({false, true, false, false, false}, 2, 3).size(), 2U);
  EXPECT_EQ(orientations({false, false, false, false, false}, 3, 3).size(), 1U);
}

TEST(DrawOrientation, TurnsWithoutMirroring) {
  Random random(3);
  for (int i = 0; i < 100; ++i) {
    const auto how = draw_orientation(random, {false, true, false, false, false}, true);
    // A transposition and each mirror change handedness; a turn has an even number of them.
    EXPECT_EQ((how.transpose + how.mirror_y + how.mirror_x) % 2, 0);
  }
}

TEST(Zoomed, ByOneIsTheSame) {
  const Patch source = numbered(2, 6, 7);
  const Patch same = zoomed(source, 6, 7, 1.0);
  EXPECT_EQ(same.pixels, source.pixels);
  EXPECT_EQ(same.labels, source.labels);
}

TEST(Zoomed, MagnifiesAboutTheCentreAndKeepsLabelsWhole) {
  // A ramp stays a ramp with a slope of 1 / factor, about its middle value.
  Patch ramp{1, 9, 9, {}, {}};
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 9; ++x) {
      ramp.pixels.push_back(static_cast<float>(x));
      ramp.labels.push_back(x < 4 ? 10 : 20);
    }
  }
  const Patch twice = zoomed(ramp, 9, 9, 2.0);
  for (std::size_t x = 0; x < 9; ++x) {
    EXPECT_NEAR(twice.pixels[x], 4 + (static_cast<double>(x) - 4) / 2, 1e-6);
    EXPECT_TRUE(twice.labels[x] == 10 || twice.labels[x] == 20);
  }
  const Patch half = zoomed(ramp, 9, 9, 0.5);
  EXPECT_NEAR(half.pixels[4], 4, 1e-6);
  EXPECT_NEAR(half.pixels[5], 6, 1e-6);
  EXPECT_NEAR(half.pixels[8], 4, 1e-6) << "mirrored beyond the border";
}

TEST(ChangeIntensity, StaysInItsRanges) {
  Random random(1);
  double lowest_gain = 9, highest_gain = 0;
  for (int i = 0; i < 2000; ++i) {
    Patch patch{1, 1, 2, {0, 1}, {0, 0}};
    change_intensity(patch, random);
    EXPECT_LE(std::abs(patch.pixels[0]), 0.2F);
    const double gain = patch.pixels[1] - patch.pixels[0];
    lowest_gain = std::min(lowest_gain, gain);
    highest_gain = std::max(highest_gain, gain);
  }
  EXPECT_NEAR(lowest_gain, 0.6, 0.01);
  EXPECT_NEAR(highest_gain, 2.0, 0.01);
}

TEST(AddNoise, IsNormal) {
  Random random(5);
  // Deviations are 0.02 * U(0, 1): their mean square is 0.02^2 / 3.
  double sum = 0, squares = 0, fourth = 0;
  constexpr int kPatches = 200, kPixels = 2000;
  for (int i = 0; i < kPatches; ++i) {
    Patch patch{1, 1, kPixels, std::vector<float>(kPixels, 0.0F), {}};
    add_noise(patch, random);
    double square = 0, four = 0;
    for (const float value : patch.pixels) {
      sum += value;
      square += static_cast<double>(value) * value;
      four += std::pow(value, 4);
    }
    squares += square / kPixels;
    fourth += (four / kPixels) / std::pow(square / kPixels, 2);
  }
  EXPECT_NEAR(sum / (kPatches * kPixels), 0, 1e-4);
  EXPECT_NEAR(std::sqrt(squares / kPatches), 0.02 / std::sqrt(3.0), 1e-3);
  EXPECT_NEAR(fourth / kPatches, 3, 0.05) << "kurtosis of a normal distribution";
}

}  // namespace
}  // namespace karyo
