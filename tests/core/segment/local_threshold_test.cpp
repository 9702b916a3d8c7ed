#include "core/segment/local_threshold.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"

namespace karyo {
namespace {

/// The values of a pixel's window, gathered one by one. Beyond the border the nearest counts again,
/// or nothing (`cut`).
std::vector<double> window_of(const Array3<float>& image, Index3 at, std::int64_t radius,
                              double plane_distance, bool cut) {
  const Index3 shape = image.shape();
  std::vector<double> values;
  const std::int64_t reach = radius + 1;
  const std::int64_t planes = plane_distance > 0 ? shape.z + reach : 0;
  for (std::int64_t dz = -planes; dz <= planes; ++dz) {
    for (std::int64_t dy = -reach; dy <= reach; ++dy) {
      for (std::int64_t dx = -reach; dx <= reach; ++dx) {
        const double across = static_cast<double>(dz) * plane_distance;
        const auto along = static_cast<double>(dy * dy + dx * dx);
        if (across * across + along > static_cast<double>(radius * radius + 1) + 1e-10) continue;
        const Index3 near{std::clamp<std::int64_t>(at.z + dz, 0, shape.z - 1),
                          std::clamp<std::int64_t>(at.y + dy, 0, shape.y - 1),
                          std::clamp<std::int64_t>(at.x + dx, 0, shape.x - 1)};
        if (cut && !(near == at + Index3{dz, dy, dx})) continue;
        values.push_back(image(near.z, near.y, near.x));
      }
    }
  }
  return values;
}

/// Otsu's threshold: each level tried in turn.
double plain_otsu(const std::vector<double>& values) {
  double best = 0, level = -1;
  for (int last = 0; last < 255; ++last) {
    double below = 0, below_sum = 0, above = 0, above_sum = 0;
    for (const double value : values) {
      (value <= last ? below : above) += 1;
      (value <= last ? below_sum : above_sum) += value;
    }
    if (below == 0 || above == 0) continue;
    const double apart = below_sum / below - above_sum / above;
    const double between = below * above * apart * apart;
    if (between > best * (1 + 1e-12)) {
      best = between;
      level = last;
    }
  }
  return level;
}

/// The formula of a method, `nudge` added to the threshold.
bool plain_above(LocalMethod method, double value, std::vector<double> around, LocalParameters use,
                 double least, double most, bool whole, double nudge) {
  const auto n = static_cast<double>(around.size());
  std::sort(around.begin(), around.end());
  double mean = 0, variance = 0;
  for (const double v : around) mean += v / n;
  for (const double v : around) variance += (v - mean) * (v - mean) / n;
  const double deviation = std::sqrt(variance);
  const double low = around.front(), high = around.back();
  const auto cut = [&](double t) { return whole ? std::trunc(t + nudge) : t + nudge; };
  const double middle = whole ? std::floor((low + high) / 2) : (low + high) / 2 + nudge;
  switch (method) {
    case LocalMethod::kBernsen:
      return high - low < use.first ? middle >= 128 : value >= middle;
    case LocalMethod::kContrast:
      return high - value <= value - low + nudge;
    case LocalMethod::kMean:
      return value > cut(mean - use.first);
    case LocalMethod::kMedian:
      return value > around[around.size() / 2] - use.first;
    case LocalMethod::kMidGrey:
      return value > middle - use.first;
    case LocalMethod::kNiblack:
      return value > cut(mean + use.first * deviation - use.second);
    case LocalMethod::kOtsu:
      return value > plain_otsu(around);
    case LocalMethod::kPhansalkar: {
      const double range = most - least;
      const double m = (mean - least) / range, s = deviation / range;
      const double t = m * (1 + 2 * std::exp(-10 * m) + use.first * (s / use.second - 1));
      return (value - least) / range > t + nudge;
    }
    case LocalMethod::kSauvola:
      return value > cut(mean * (1 + use.first * (deviation / use.second - 1)));
  }
  return false;
}

Array3<float> random_image(Index3 shape, bool whole, Random& random) {
  Array3<float> image(shape);
  const double ground = random.uniform(0, 150), height = random.uniform(5, 100);
  for (float& value : image) {
    const double level = ground + (random.uniform() < 0.3 ? height : 0) + random.uniform(0, 5);
    value = static_cast<float>(whole ? std::floor(level) : level);
  }
  return image;
}

/// Each pixel agrees with the formula, but where a rounding error decides.
void expect_formula(const Array3<float>& image, const GreyLevels& levels, LocalThreshold options) {
  TaskControl control;
  const auto mask = local_threshold(image.view(), levels, options, control);
  ASSERT_TRUE(mask) << mask.error().what;
  LocalParameters use = options.parameters;
  const auto usual = default_parameters(options.method, options.bright_objects);
  if (use.first == 0) use.first = usual.first;
  if (use.second == 0) use.second = usual.second;
  const auto [least, most] = std::minmax_element(image.begin(), image.end());
  std::int64_t close = 0;
  const Index3 shape = image.shape();
  for (std::int64_t i = 0; i < image.count(); ++i) {
    const Index3 at{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
    const auto around = window_of(image, at, options.radius, options.plane_distance,
                                  options.method == LocalMethod::kOtsu);
    const auto decide = [&](double nudge) {
      return plain_above(options.method, image.data()[i], around, use, *least, *most, levels.whole,
                         nudge);
    };
    if (decide(-1e-6) != decide(1e-6)) {
      ++close;
      continue;
    }
    EXPECT_EQ(mask->data()[i] == 255, decide(1e-6) == options.bright_objects)
        << name_of(options.method) << " at " << at.z << ' ' << at.y << ' ' << at.x;
  }
  EXPECT_LE(close, image.count() / 2);
}

TEST(LocalThreshold, EachMethodIsItsFormula) {
  Random random(1);
  for (const auto method : all_local_methods()) {
    for (int round = 0; round < 8; ++round) {
      LocalThreshold options;
      options.method = method;
      options.radius = 1 + random.below(5);
      options.bright_objects = round % 2 == 0;
      if (round >= 4) options.parameters = {random.uniform(0.1, 0.4), random.uniform(0.3, 0.6)};
      if (round >= 6 && method == LocalMethod::kMean) options.parameters.first = 7;
      const auto image =
          random_image({1, 1 + random.below(20), 1 + random.below(20)}, true, random);
      expect_formula(image, {}, options);
    }
  }
}

TEST(LocalThreshold, TheWindowOfAStackIsABallInItsSpacing) {
  Random random(2);
  for (const auto method : all_local_methods()) {
    for (const double distance : {0.0, 1.0, 2.2}) {
      LocalThreshold options;
      options.method = method;
      options.radius = 3;
      options.plane_distance = distance;
      expect_formula(random_image({5, 9, 11}, true, random), {}, options);
    }
  }
}

TEST(LocalThreshold, ValuesThatAreNotGreyLevelsAreStretchedToThem) {
  Random random(3);
  TaskControl control;
  for (const auto method : all_local_methods()) {
    if (method == LocalMethod::kMedian || method == LocalMethod::kOtsu) continue;  // by 256 bins
    const auto levels = random_image({1, 15, 17}, false, random);
    LocalThreshold options;
    options.method = method;
    options.radius = 3;
    expect_formula(levels, {0, 255, false}, options);
    Array3<float> wide = levels;
    for (float& value : wide) value = value * 16 + 1000;
    const auto a = local_threshold(levels.view(), {0, 255, false}, options, control);
    const auto b = local_threshold(wide.view(), {1000, 1000 + 16 * 255, false}, options, control);
    std::int64_t differ = 0;
    for (std::int64_t i = 0; i < a->count(); ++i) differ += a->data()[i] != b->data()[i] ? 1 : 0;
    EXPECT_LE(differ, 2) << name_of(method);  // float32 rounds
  }
}

TEST(LocalThreshold, GreyLevelsOfAnImage) {
  Volume bytes(VoxelType::kUInt8, {1, 1, 1, 1, 2});
  EXPECT_EQ(GreyLevels::of(bytes, 0, 0).high, 255);
  EXPECT_TRUE(GreyLevels::of(bytes, 0, 0).whole);
  Volume floats(VoxelType::kFloat32, {1, 1, 1, 1, 3});
  floats.view<float>().data()[0] = std::nanf("");
  floats.view<float>().data()[1] = -2;
  floats.view<float>().data()[2] = 7;
  EXPECT_EQ(GreyLevels::of(floats, 0, 0).low, -2);
  EXPECT_EQ(GreyLevels::of(floats, 0, 0).high, 7);
  EXPECT_FALSE(GreyLevels::of(floats, 0, 0).whole);
}

TEST(LocalThreshold, ConstantTinyAndEmptyImages) {
  TaskControl control;
  for (const auto method : all_local_methods()) {
    LocalThreshold options;
    options.method = method;
    options.radius = 4;
    for (const Index3 shape :
         {Index3{0, 0, 0}, Index3{1, 1, 1}, Index3{1, 1, 30}, Index3{3, 4, 1}}) {
      const Array3<float> image(shape, 7);
      const auto mask = local_threshold(image.view(), {}, options, control);
      ASSERT_TRUE(mask);
      EXPECT_EQ(mask->shape(), shape);
    }
  }
}

TEST(LocalThreshold, WhatIsOutOfRangeIsTold) {
  TaskControl control;
  const Array3<float> image({1, 4, 4});
  for (const std::int64_t radius : {-1, 0, 501}) {
    LocalThreshold options;
    options.radius = radius;
    const auto mask = local_threshold(image.view(), {}, options, control);
    ASSERT_FALSE(mask);
    EXPECT_EQ(mask.error().code, ErrorCode::kInvalidArgument);
  }
  LocalThreshold options;
  options.plane_distance = -1;
  EXPECT_FALSE(local_threshold(image.view(), {}, options, control));
  EXPECT_FALSE(local_mean(image.view(), 0, 0, control));
  control.request_cancel();
  EXPECT_EQ(local_threshold(image.view(), {}, {}, control).error().code, ErrorCode::kCancelled);
}

TEST(LocalThreshold, MethodsHaveFijisNames) {
  EXPECT_EQ(all_local_methods().size(), 9U);
  for (const auto method : all_local_methods()) {
    EXPECT_EQ(*local_method_from(name_of(method)), method);
  }
  EXPECT_EQ(*local_method_from("midgrey"), LocalMethod::kMidGrey);
  EXPECT_EQ(local_method_from("Huang").error().code, ErrorCode::kInvalidArgument);
}

TEST(LocalMean, IsTheMeanOfTheWindow) {
  Random random(4);
  TaskControl control;
  const auto image = random_image({4, 12, 9}, false, random);
  for (const double distance : {0.0, 1.5}) {
    const auto means = local_mean(image.view(), 3, distance, control);
    ASSERT_TRUE(means);
    for (std::int64_t i = 0; i < image.count(); ++i) {
      const auto around = window_of(image, {i / 108, i / 9 % 12, i % 9}, 3, distance, false);
      double mean = 0;
      for (const double value : around) mean += value / static_cast<double>(around.size());
      EXPECT_NEAR(means->data()[i], mean, 1e-4);
    }
  }
}

}  // namespace
}  // namespace karyo
