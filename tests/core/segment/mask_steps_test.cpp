#include "core/segment/mask_steps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/random.h"
#include "core/segment/split_volume.h"
#include "core/segment/watershed.h"
#include "tests/support/blobs.h"

namespace karyo {
namespace {

/// Blobs of different brightness on a noisy ground.
Volume blobs(std::int64_t planes, Random& random, bool dark = false) {
  Volume image(VoxelType::kUInt8, {1, 1, planes, 80, 90});
  image.grid.spacing_z = 2;
  auto view = image.view<std::uint8_t>();
  for (std::int64_t z = 0; z < planes; ++z) {
    const auto labels = test::random_blobs(80, 90, 14, 8, random);
    for (std::int64_t i = 0; i < labels.count(); ++i) {
      const std::uint32_t id = labels.data()[i];
      const double level = 30 + (id == 0 ? 0.0 : 60.0 + 5.0 * id) + random.uniform(0, 12);
      const double shown = dark ? 255 - level : level;
      view.data()[z * labels.count() + i] = static_cast<std::uint8_t>(shown);
    }
  }
  return image;
}

MaskSteps imagej_steps() {
  MaskSteps steps;
  steps.threshold.method = ThresholdMethod::kOtsu;
  steps.clean.fill_holes = true;
  steps.clean.min_size = 20;
  steps.split.kind = SplitKind::kWatershed;
  return steps;
}

Mask otsu_mask(const Volume& image, bool bright) {
  const auto planes = Planes::all_of(image);
  const auto histogram =
      ImageHistogram::of(image, planes, HistogramBins::kEightBit, image.shape().z > 1);
  return mask_in_range(image, planes, histogram->threshold(ThresholdMethod::kOtsu, bright));
}

TEST(MaskSteps, OfAPlaneEqualImageJsOwnStepsOneAfterTheOther) {
  Random random(1);
  TaskControl control;
  for (int round = 0; round < 12; ++round) {
    const bool dark = round % 3 == 2;
    const Volume image = blobs(1, random, dark);
    MaskSteps steps = imagej_steps();
    steps.threshold.bright_objects = !dark;
    ParticleOptions options;
    options.min_size = 20;
    if (round >= 3) {
      steps.clean.min_circularity = options.min_circularity = 0.7;
      steps.clean.exclude_edges = options.exclude_edges = round % 2 == 0;
      steps.clean.max_size = options.max_size = 300;
    }
    if (round >= 6) {
      steps.clean.fill_holes = false;
      steps.clean.include_holes = options.include_holes = true;
    }
    if (round >= 9) steps.split.kind = SplitKind::kNone;
    Mask mask = otsu_mask(image, !dark);
    if (steps.clean.fill_holes) mask = fill_holes(mask.view());
    if (round < 9) mask = watershed_split(mask.view());
    const auto expected = analyze_particles(mask.view(), options);
    const auto result = run_steps(image, 0, 0, steps, control);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->labels, expected.labels) << round;
    EXPECT_EQ(result->counts.kept, static_cast<std::int64_t>(expected.particles.size()));
  }
}

TEST(MaskSteps, OfAStackMakeObjectsInSpaceOrPlaneByPlane) {
  Random random(2);
  TaskControl control;
  const Volume image = blobs(5, random);
  MaskSteps steps = imagej_steps();
  const Mask mask = fill_holes(otsu_mask(image, true).view());
  ParticleOptions options;
  options.min_size = 20;
  const auto parts = split_volume(mask.view(), image.grid);
  auto result = run_steps(image, 0, 0, steps, control);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->labels, select_objects(parts.view(), options)->labels);

  steps.plane_by_plane = true;
  result = run_steps(image, 0, 0, steps, control);
  ASSERT_TRUE(result);
  std::uint32_t before = 0;
  std::int64_t objects = 0;
  for (std::int64_t z = 0; z < 5; ++z) {
    const Box3 plane{{z, 0, 0}, {z + 1, 80, 90}};
    const auto split = watershed_split(MaskView(mask.view()).crop(plane));
    const auto expected = analyze_particles(split.view(), options);
    for (std::int64_t i = 0; i < expected.labels.count(); ++i) {
      const std::uint32_t id = expected.labels.data()[i];
      EXPECT_EQ(result->labels.data()[z * 7200 + i], id == 0 ? 0 : id + before);
    }
    before += static_cast<std::uint32_t>(expected.particles.size());
    objects += static_cast<std::int64_t>(expected.particles.size());
  }
  EXPECT_EQ(result->counts.kept, objects);
}

TEST(MaskSteps, OneByOneAreTheSameAsTogether) {
  Random random(3);
  TaskControl control;
  for (const auto kind : {SplitKind::kNone, SplitKind::kWatershed, SplitKind::kScale}) {
    const Volume image = blobs(kind == SplitKind::kNone ? 1 : 4, random);
    MaskSteps steps = imagej_steps();
    steps.threshold.kind = ThresholdKind::kLocal;
    steps.threshold.smoothing = 1;
    steps.threshold.local.radius = 12;
    steps.threshold.rolling_ball = 30;
    steps.clean.smoothing = 1;
    steps.split.kind = kind;
    steps.split.scale.brightness = 0.5;
    const auto above = threshold_step(image, 0, 0, steps, control);
    const auto mask = clean_mask_step(above->mask, image.grid, steps, control);
    const auto parts = split_step(mask->view(), image, 0, 0, steps, control);
    const auto labels = clean_step(parts->view(), steps);
    const auto result = run_steps(image, 0, 0, steps, control);
    ASSERT_TRUE(labels && result);
    EXPECT_EQ(result->labels, *labels);
    EXPECT_GT(result->counts.kept, 1);
    EXPECT_LE(result->counts.kept, result->counts.split);
    EXPECT_EQ(result->counts.mask_voxels,
              above->mask.count() - std::count(above->mask.begin(), above->mask.end(), 0));
    EXPECT_EQ(result->counts.split, *std::max_element(parts->begin(), parts->end()));
  }
}

TEST(MaskSteps, ManualAndHysteresisTakeValuesAsTheyAre) {
  Volume image(VoxelType::kUInt16, {2, 2, 1, 1, 9});
  const std::uint16_t row[] = {0, 100, 300, 100, 0, 100, 100, 0, 500};
  std::copy(std::begin(row), std::end(row), image.view<std::uint16_t>(1, 1).data());
  TaskControl control;
  MaskSteps steps;
  steps.threshold.kind = ThresholdKind::kManual;
  steps.threshold.range = {100, 300};
  auto above = threshold_step(image, 1, 1, steps, control);
  const auto text = [](const Mask& mask) {
    std::string out;
    for (const auto voxel : mask) out += voxel != 0 ? '#' : '.';
    return out;
  };
  EXPECT_EQ(text(above->mask), ".###.##..");
  steps.threshold.kind = ThresholdKind::kHysteresis;
  steps.threshold.weak = 100;
  steps.threshold.strong = 300;
  EXPECT_EQ(text(threshold_step(image, 1, 1, steps, control)->mask), ".###....#");
  steps.threshold.bright_objects = false;
  steps.threshold.weak = 100;
  steps.threshold.strong = 0;
  EXPECT_EQ(text(threshold_step(image, 1, 1, steps, control)->mask), "##.#####.");
}

TEST(MaskSteps, AnInvertedImageOfDarkObjectsIsOneOfBrightOnes) {
  Random random(4), again(4);
  TaskControl control;
  const Volume bright = blobs(1, random), dark = blobs(1, again, true);
  MaskSteps steps = imagej_steps();
  steps.threshold.kind = ThresholdKind::kLocal;
  steps.threshold.method = ThresholdMethod::kLi;
  steps.threshold.smoothing = 1;
  steps.threshold.rolling_ball = 25;
  const auto of_bright = run_steps(bright, 0, 0, steps, control);
  steps.threshold.invert = true;
  const auto of_dark = run_steps(dark, 0, 0, steps, control);
  ASSERT_TRUE(of_bright && of_dark);
  // The two pictures' grey levels were cut to whole numbers from above and from below.
  EXPECT_NEAR(static_cast<double>(of_dark->counts.kept),
              static_cast<double>(of_bright->counts.kept), 1);
  EXPECT_GT(of_bright->counts.kept, 3);
}

TEST(MaskSteps, SmoothingTakesSinglePixelsAway) {
  Mask mask({1, 9, 9});
  for (std::int64_t y = 3; y < 8; ++y) std::fill_n(&mask(0, y, 2), 5, 255);
  mask(0, 0, 4) = 255;
  mask(0, 5, 4) = 0;
  MaskSteps steps;
  steps.clean.smoothing = 1;
  TaskControl control;
  const auto smooth = clean_mask_step(mask, {}, steps, control);
  ASSERT_TRUE(smooth);
  EXPECT_EQ((*smooth)(0, 0, 4), 0);
  EXPECT_EQ((*smooth)(0, 5, 4), 255);
}

TEST(MaskSteps, WhatDoesNotFitIsTold) {
  Random random(5);
  TaskControl control;
  const Volume image = blobs(3, random);
  MaskSteps steps = imagej_steps();
  EXPECT_FALSE(run_steps(image, 1, 0, steps, control));
  EXPECT_FALSE(run_steps(image, 0, -1, steps, control));
  steps.clean.min_circularity = 0.5;  // of a volume
  EXPECT_EQ(run_steps(image, 0, 0, steps, control).error().code, ErrorCode::kInvalidArgument);
  steps.plane_by_plane = true;
  EXPECT_TRUE(run_steps(image, 0, 0, steps, control));
  steps.threshold.smoothing = -1;
  EXPECT_FALSE(run_steps(image, 0, 0, steps, control));
  steps.threshold.smoothing = 0;
  steps.threshold.bins = HistogramBins::kSixteenBit;
  EXPECT_FALSE(run_steps(image, 0, 0, steps, control));
  control.request_cancel();
  EXPECT_EQ(run_steps(image, 0, 0, imagej_steps(), control).error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace karyo
