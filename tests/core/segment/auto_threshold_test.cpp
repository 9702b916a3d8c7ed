#include "core/segment/auto_threshold.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/random.h"
#include "core/io/image_io.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

nlohmann::json golden_thresholds() {
  std::ifstream file(test::shared_dir() / "golden/imagej/thresholds.json");
  return nlohmann::json::parse(file);
}

Volume golden_image(const std::string& name) {
  auto image = read_image(test::shared_dir() / "golden/imagej" / (name + ".tif"));
  if (!image) throw std::runtime_error(image.error().what);
  return *std::move(image);
}

ThresholdMethod method_called(const std::string& name) {
  const auto method = threshold_method_from(name);
  if (!method) throw std::runtime_error(method.error().what);
  return *method;
}

ImageHistogram histogram_of(const Volume& image, HistogramBins bins, bool stack = false) {
  auto histogram = ImageHistogram::of(image, Planes::all_of(image), bins, stack);
  if (!histogram) throw std::runtime_error(histogram.error().what);
  return *std::move(histogram);
}

TEST(AutoThresholdGolden, BinsEqualImageJs) {
  KARYO_NEEDS_SHARED();
  const auto golden = golden_thresholds();
  for (const std::string name : {"nuclei_u8", "coins_u8", "cell_u8"}) {
    const auto histogram = histogram_of(golden_image(name), HistogramBins::kEightBit);
    for (const auto& [method, bin] : golden[name]["AutoThresholder_256bins"].items()) {
      if (method == "IJDefault") continue;  // checked as the Fiji plug-in's Default
      EXPECT_EQ(threshold_bin(method_called(method), histogram.counts()), bin.get<int>())
          << name << " " << method;
    }
  }
}

TEST(AutoThresholdGolden, RangesEqualImageJsForDarkAndLightBackground) {
  KARYO_NEEDS_SHARED();
  const auto golden = golden_thresholds();
  int compared = 0;
  for (const std::string name : {"nuclei_u8", "coins_u8", "cell_u8", "nuclei_u16", "nuclei_f32"}) {
    const auto histogram = histogram_of(golden_image(name), HistogramBins::kEightBit);
    for (const bool dark : {true, false}) {
      const std::string key = dark ? "setAutoThreshold_dark" : "setAutoThreshold_light";
      if (!golden[name].contains(key)) continue;
      for (const auto& [method, range] : golden[name][key].items()) {
        const auto ours = histogram.threshold(method_called(method), dark);
        EXPECT_DOUBLE_EQ(ours.low, range[0].get<double>()) << name << " " << key << " " << method;
        EXPECT_DOUBLE_EQ(ours.high, range[1].get<double>()) << name << " " << key << " " << method;
        ++compared;
      }
    }
  }
  EXPECT_EQ(compared, 8 * 17);
}

TEST(AutoThresholdGolden, SixteenBitHistogramsEqualImageJs) {
  KARYO_NEEDS_SHARED();
  const auto golden = golden_thresholds();
  const auto histogram = histogram_of(golden_image("nuclei_u16"), HistogramBins::kSixteenBit);
  for (const auto& [method, range] : golden["nuclei_u16"]["setAutoThreshold_dark_16-bit"].items()) {
    EXPECT_EQ(histogram.threshold(method_called(method), true).low, range[0].get<double>())
        << method;
  }
}

TEST(AutoThresholdGolden, FijisPlugInIsReproduced) {
  KARYO_NEEDS_SHARED();
  const auto golden = golden_thresholds();
  for (const std::string name : {"nuclei_u8", "coins_u8", "cell_u8", "nuclei_u16"}) {
    const auto bins =
        name == "nuclei_u16" ? HistogramBins::kSixteenBit : HistogramBins::kEightBit;
    const auto histogram = histogram_of(golden_image(name), bins);
    for (const bool ignore : {false, true}) {
      const std::string key =
          ignore ? "Fiji_Auto_Threshold_ignore_black_white" : "Fiji_Auto_Threshold";
      if (!golden[name].contains(key)) continue;
      for (const auto& [method, bin] : golden[name][key].items()) {
        EXPECT_EQ(fiji_threshold_bin(method_called(method), histogram.counts(), {ignore, ignore}),
                  bin.get<int>())
            << name << " " << key << " " << method;
      }
    }
  }
}

TEST(AutoThresholdGolden, StackHistogramsEqualImageJs) {
  KARYO_NEEDS_SHARED();
  const auto golden = golden_thresholds()["nuclei3d_u16"];
  const auto stack = golden_image("nuclei3d_u16");
  const auto histogram = histogram_of(stack, HistogramBins::kEightBit, true);
  EXPECT_EQ(histogram.low(), golden["stack_stats"]["min"].get<double>());
  EXPECT_EQ(histogram.high(), golden["stack_stats"]["max"].get<double>());
  EXPECT_EQ(histogram.counts(),
            golden["stack_256bin_histogram"].get<std::vector<std::int64_t>>());
  for (const auto& [method, bin] : golden["AutoThresholder_on_stack_256bins"].items()) {
    if (method == "IJDefault") continue;
    EXPECT_EQ(threshold_bin(method_called(method), histogram.counts()), bin.get<int>()) << method;
  }
  const auto values = histogram_of(stack, HistogramBins::kSixteenBit, true);
  for (const auto& [method, value] : golden["Fiji_stack_histogram"].items()) {
    const auto bin = fiji_threshold_bin(method_called(method), values.counts());
    ASSERT_TRUE(bin) << method;
    EXPECT_EQ(values.low() + *bin, value.get<double>()) << method;
  }
}

std::vector<std::int64_t> two_hills() {
  std::vector<std::int64_t> counts(256);
  for (int i = 0; i < 256; ++i) {
    counts[static_cast<std::size_t>(i)] = std::max(0, 400 - (i - 60) * (i - 60)) * 3 +
                                          std::max(0, 300 - (i - 180) * (i - 180) / 2);
  }
  return counts;
}

TEST(AutoThreshold, MostMethodsSplitTwoHillsBetweenThem) {
  for (const auto method : all_threshold_methods()) {
    const auto bin = threshold_bin(method, two_hills());
    ASSERT_TRUE(bin) << name_of(method);
    if (method == ThresholdMethod::kPercentile) continue;  // half the pixels, wherever that is
    EXPECT_GE(*bin, 60) << name_of(method);
    EXPECT_LE(*bin, 180) << name_of(method);
  }
}

TEST(AutoThreshold, OneOrTwoValuesAreSplitBelowTheBrightOneByEveryMethod) {
  for (const auto method : all_threshold_methods()) {
    std::vector<std::int64_t> counts(256);
    counts[40] = 7;
    EXPECT_EQ(threshold_bin(method, counts), 39) << name_of(method);
    counts[200] = 1;
    EXPECT_EQ(threshold_bin(method, counts), 199) << name_of(method);
    counts = std::vector<std::int64_t>(256);
    counts[0] = 9;
    EXPECT_FALSE(threshold_bin(method, counts)) << name_of(method);
  }
}

TEST(AutoThreshold, EveryMethodEndsOnRandomAndEmptyHistograms) {
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(1 + random.below(300)));
    const auto kind = random.below(4);
    for (auto& count : counts) {
      if (kind == 0) count = random.below(1000);
      if (kind == 1) count = random.below(20) == 0 ? random.below(100000000) : 0;
      if (kind == 2) count = random.below(3);
    }
    if (kind == 3) counts.front() = counts.back() = counts[counts.size() / 2] = 1000000000;
    for (const auto method : all_threshold_methods()) {
      const auto bin = threshold_bin(method, counts);
      const auto fiji = fiji_threshold_bin(method, counts, {true, true});
      for (const auto& answer : {bin, fiji}) {
        if (!answer) continue;
        EXPECT_GE(*answer, 0) << name_of(method);
      }
    }
  }
}

TEST(AutoThreshold, NamesGoThereAndBackInAnyCase) {
  for (const auto method : all_threshold_methods()) {
    std::string name(name_of(method));
    EXPECT_EQ(threshold_method_from(name).value(), method);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return std::tolower(c); });
    EXPECT_EQ(threshold_method_from(name).value(), method);
  }
  const auto unknown = threshold_method_from("best");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(unknown.error().fix.find("Huang"), std::string::npos);
}

TEST(ImageHistogram, SignedAndUnsignedImagesGiveShiftedThresholds) {
  Random random(3);
  Volume unsigned_image(VoxelType::kUInt16, {1, 1, 1, 40, 50});
  Volume signed_image(VoxelType::kInt16, {1, 1, 1, 40, 50});
  for (std::int64_t y = 0; y < 40; ++y) {
    for (std::int64_t x = 0; x < 50; ++x) {
      const auto value = static_cast<std::uint16_t>(
          (x < 20 ? 20000 : 45000) + random.below(9000));
      unsigned_image.view<std::uint16_t>()(0, y, x) = value;
      signed_image.view<std::int16_t>()(0, y, x) = static_cast<std::int16_t>(value - 32768);
    }
  }
  for (const auto bins : {HistogramBins::kEightBit, HistogramBins::kSixteenBit}) {
    const auto a = histogram_of(unsigned_image, bins).threshold(ThresholdMethod::kOtsu, true);
    const auto b = histogram_of(signed_image, bins).threshold(ThresholdMethod::kOtsu, true);
    EXPECT_EQ(a.low - 32768, b.low);
    EXPECT_EQ(a.high - 32768, b.high);
    const auto mask = mask_in_range(signed_image, {}, b);
    EXPECT_EQ(mask(0, 5, 5), 0);
    EXPECT_EQ(mask(0, 5, 45), 255);
  }
}

TEST(ImageHistogram, NanAndInfinityNeitherCrashNorCountAsForeground) {
  Volume image(VoxelType::kFloat32, {1, 1, 1, 1, 6});
  const float values[] = {0, 1, 10, 11, std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::infinity()};
  std::copy_n(values, 6, image.view<float>().data());
  const auto histogram = histogram_of(image, HistogramBins::kEightBit);
  EXPECT_EQ(histogram.low(), 0);
  EXPECT_EQ(histogram.high(), 11);
  const auto range = histogram.threshold(ThresholdMethod::kOtsu, true);
  EXPECT_EQ(mask_in_range(image, {}, range)(0, 0, 4), 0);
}

TEST(ImageHistogram, SixteenBitBinsNeedASixteenBitImage) {
  const Volume image(VoxelType::kFloat32, {1, 1, 1, 2, 2});
  const auto histogram =
      ImageHistogram::of(image, {}, HistogramBins::kSixteenBit, false);
  ASSERT_FALSE(histogram);
  EXPECT_EQ(histogram.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace karyo
