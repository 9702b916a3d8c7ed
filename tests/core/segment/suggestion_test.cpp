#include "core/segment/suggestion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/io/image_io.h"
#include "core/metrics/matching.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

/// What a person has to mend: objects to delete, to draw, to cut and to join.
struct Outcome {
  std::vector<Matching> at_half, at_third;  // IoU 0.5 and 0.3
  std::int64_t merged = 0, split = 0;
  double seconds = 0;  // of the suggestion alone

  double f1() const { return pool(at_half).f1; }
  double fixes() const {
    const Matching all = pool(at_half);
    return static_cast<double>(all.false_positives + all.false_negatives + merged + split) /
           static_cast<double>(at_half.size());
  }
  void print(const std::string& name) const {
    const Matching all = pool(at_half);
    std::printf(
        "%-30s %2zu images  F1 at IoU 0.5 %.4f pooled, %.4f per image; at 0.3 %.4f  "
        "false %lld  missed %lld  merged %lld  split %lld  fixes an image %.1f  "
        "suggestion %.3f s\n",
        name.c_str(), at_half.size(), all.f1, average(at_half).f1, pool(at_third).f1,
        static_cast<long long>(all.false_positives), static_cast<long long>(all.false_negatives),
        static_cast<long long>(merged), static_cast<long long>(split), fixes(),
        seconds / static_cast<double>(at_half.size()));
  }
};

/// Objects of one side that hold most of each of several of the other.
std::int64_t holders_of_several(const Overlaps& parts, bool truth_holds) {
  std::map<std::int32_t, int> held;
  for (const auto& pair : parts.pairs) {
    if (pair.score > 0.5F) ++held[truth_holds ? pair.truth : pair.prediction];
  }
  return std::count_if(held.begin(), held.end(), [](const auto& one) { return one.second > 1; });
}

void add(Outcome& outcome, const LabelArray& truth, const LabelArray& labels) {
  const auto overlaps = find_overlaps(truth.view(), labels.view());
  ASSERT_TRUE(overlaps);
  outcome.at_half.push_back(match_objects(*overlaps, 0.5));
  outcome.at_third.push_back(match_objects(*overlaps, 0.3));
  outcome.merged +=
      holders_of_several(*find_overlaps(truth.view(), labels.view(), MatchCriterion::kIot), false);
  outcome.split +=
      holders_of_several(*find_overlaps(truth.view(), labels.view(), MatchCriterion::kIop), true);
}

void suggest_and_add(Outcome& outcome, const Volume& image, const LabelArray& truth) {
  TaskControl control;
  const auto start = std::chrono::steady_clock::now();
  const auto suggestion = suggest_steps(image, 0, 0, control);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  outcome.seconds += took.count();
  ASSERT_TRUE(suggestion) << suggestion.error().what;
  const auto result = run_steps(image, 0, 0, suggestion->steps, control);
  ASSERT_TRUE(result) << result.error().what;
  add(outcome, truth, result->labels);
}

/// Calls f(image, truth) for each pair of a data set.
template <typename F>
void for_each_pair(const std::string& set, F&& f) {
  const auto folder = test::shared_dir() / "data" / set;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "images")) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    const auto image = read_image(path), mask = read_image(folder / "masks" / path.filename());
    ASSERT_TRUE(image && mask) << path;
    f(*image, *to_labels(*mask));
  }
}

TEST(SuggestionOnRealNuclei, ImageJsOwnStepsReachWhatImageJReaches) {
  KARYO_NEEDS_SHARED();
  for (const auto& [method, expected] :
       {std::pair{ThresholdMethod::kHuang, 0.711}, {ThresholdMethod::kOtsu, 0.789}}) {
    MaskSteps steps;
    steps.threshold.method = method;
    steps.clean.fill_holes = true;
    steps.clean.min_size = 20;
    steps.split.kind = SplitKind::kWatershed;
    Outcome outcome;
    TaskControl control;
    for_each_pair("nuclei2d/test", [&](const Volume& image, const LabelArray& truth) {
      add(outcome, truth, run_steps(image, 0, 0, steps, control)->labels);
    });
    outcome.print("ImageJ's steps, " + std::string(name_of(method)));
    EXPECT_NEAR(outcome.f1(), expected, 0.0005);
  }
}

TEST(SuggestionOnRealNuclei, ReachesTheBarOnImagesThatNothingWasChosenOn) {
  KARYO_NEEDS_SHARED();
  Outcome planes;
  for_each_pair("nuclei2d/test", [&](const Volume& image, const LabelArray& truth) {
    suggest_and_add(planes, image, truth);
  });
  planes.print("suggestion, nuclei2d/test");
  EXPECT_GE(planes.f1(), 0.85);
}

TEST(SuggestionOnRealNuclei, IsOfUseInNoisyStacks) {
  KARYO_NEEDS_SHARED();
  Outcome stacks;
  for_each_pair("nuclei3d/test", [&](const Volume& image, const LabelArray& truth) {
    suggest_and_add(stacks, image, truth);
  });
  stacks.print("suggestion, nuclei3d/test");
  EXPECT_GE(stacks.f1(), 0.7);
}

/// Discs and ellipses of `radius`, some touching, blurred, on a ground that rises from corner to
/// corner by `rise` times their contrast, with noise.
struct Picture {
  Volume image;
  LabelArray truth;
};

Picture picture(double radius, double rise, double noise, bool dark, std::uint64_t seed) {
  constexpr std::int64_t kSide = 320;
  Random random(seed);
  Picture out{Volume(VoxelType::kUInt16, {1, 1, 1, kSide, kSide}), LabelArray({1, kSide, kSide})};
  Array3<float> levels({1, kSide, kSide});
  std::uint32_t next = 0;
  const auto step = static_cast<std::int64_t>(2.6 * radius);
  for (std::int64_t y = step; y + step / 2 < kSide; y += step) {
    for (std::int64_t x = step; x + step / 2 < kSide; x += step) {
      if (random.uniform() < 0.2) continue;
      const double cy = static_cast<double>(y) + random.uniform(-0.35, 0.35) * radius;
      const double cx = static_cast<double>(x) + random.uniform(-0.35, 0.35) * radius;
      const double ry = radius * random.uniform(0.8, 1.2), rx = radius * random.uniform(0.8, 1.2);
      const double height = random.uniform(0.6, 1.4);
      ++next;
      const auto reach = static_cast<std::int64_t>(1.6 * radius + 8);
      for (std::int64_t v = std::max<std::int64_t>(0, y - reach); v < std::min(kSide, y + reach);
           ++v) {
        for (std::int64_t u = std::max<std::int64_t>(0, x - reach); u < std::min(kSide, x + reach);
             ++u) {
          const double apart =
              std::hypot((static_cast<double>(v) - cy) / ry, (static_cast<double>(u) - cx) / rx);
          const double edge = 1 / (1 + std::exp((apart - 1) * radius / 0.8));
          auto& level = levels(0, v, u);
          level = std::max(level, static_cast<float>(height * edge));
          if (apart < 1) out.truth(0, v, u) = next;
        }
      }
    }
  }
  auto* values = out.image.view<std::uint16_t>().data();
  for (std::int64_t i = 0; i < levels.count(); ++i) {
    const auto along = static_cast<double>(i / kSide + i % kSide) / (2.0 * kSide);
    const double level = levels.data()[i] + rise * along + noise * random.normal();
    const double shown = 3000 + 1000 * (dark ? -level : level);
    values[i] = static_cast<std::uint16_t>(std::clamp(shown, 0.0, 65535.0));
  }
  return out;
}

TEST(Suggestion, FindsObjectsOfAnySizeBrightOrDarkOnAnyGround) {
  for (const double radius : {5.0, 10.0, 20.0}) {
    for (const double rise : {0.0, 2.0}) {
      for (const bool dark : {false, true}) {
        const double noise = radius > 7 ? 0.1 : 0.04;
        const Picture made = picture(radius, rise, noise, dark, 7);
        TaskControl control;
        const auto suggestion = suggest_steps(made.image, 0, 0, control);
        ASSERT_TRUE(suggestion);
        const std::string which = "radius " + std::to_string(radius) + " rise " +
                                  std::to_string(rise) + (dark ? " dark" : " bright");
        EXPECT_EQ(suggestion->findings.bright_objects, !dark) << which;
        EXPECT_NEAR(suggestion->findings.radius / radius, 1, 0.3) << which;
        EXPECT_EQ(suggestion->steps.threshold.rolling_ball > 0, rise > 0) << which;
        Outcome outcome;
        suggest_and_add(outcome, made.image, made.truth);
        EXPECT_GE(outcome.f1(), 0.9) << which;
      }
    }
  }
}

TEST(Suggestion, OneObjectThatFillsThePictureIsNoGround) {
  constexpr std::int64_t kSide = 400;
  Random random(3);
  Volume image(VoxelType::kUInt16, {1, 1, 1, kSide, kSide});
  LabelArray truth({1, kSide, kSide});
  for (std::int64_t i = 0; i < truth.count(); ++i) {
    const double apart =
        std::hypot(static_cast<double>(i / kSide) - 190.0, static_cast<double>(i % kSide) - 210.0);
    const double level = 500 + 20 * random.normal() + 400 / (1 + std::exp((apart - 120) / 2));
    image.view<std::uint16_t>().data()[i] = static_cast<std::uint16_t>(level);
    if (apart < 120) truth.data()[i] = 1;
  }
  Outcome outcome;
  suggest_and_add(outcome, image, truth);
  EXPECT_EQ(outcome.f1(), 1);
}

TEST(Suggestion, NoiseAloneShowsNoObject) {
  Random random(4);
  Volume image(VoxelType::kUInt16, {1, 1, 1, 256, 256});
  std::uint16_t* values = image.view<std::uint16_t>().data();
  std::generate_n(values, 256 * 256,
                  [&] { return static_cast<std::uint16_t>(1000 + 30 * random.normal()); });
  TaskControl control;
  const auto suggestion = suggest_steps(image, 0, 0, control);
  ASSERT_TRUE(suggestion);
  EXPECT_EQ(suggestion->findings.radius, 0);
}

TEST(Suggestion, AnImageOfNothingIsNoError) {
  TaskControl control;
  Random random(1);
  for (const VolumeShape shape :
       {VolumeShape{1, 1, 1, 1, 1}, VolumeShape{1, 1, 1, 64, 1}, VolumeShape{1, 1, 3, 40, 50}}) {
    for (const bool noisy : {false, true}) {
      Volume image(VoxelType::kFloat32, shape);
      if (noisy) {
        float* values = image.view<float>().data();
        std::generate_n(values, shape.count(), [&] { return static_cast<float>(random.normal()); });
        values[0] = std::nanf("");
      }
      const auto suggestion = suggest_steps(image, 0, 0, control);
      ASSERT_TRUE(suggestion);
      EXPECT_TRUE(run_steps(image, 0, 0, suggestion->steps, control));
    }
  }
  EXPECT_FALSE(suggest_steps(Volume(VoxelType::kUInt8, {1, 1, 1, 9, 9}), 0, 1, control));
  control.request_cancel();
  EXPECT_EQ(suggest_steps(Volume(VoxelType::kUInt8, {1, 1, 1, 9, 9}), 0, 0, control).error().code,
            ErrorCode::kCancelled);
}

}  // namespace
}  // namespace karyo
