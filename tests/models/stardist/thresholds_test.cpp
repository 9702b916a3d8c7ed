#include "models/stardist/thresholds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/labels/label_volume.h"
#include "models/stardist/nms.h"
#include "models/stardist/object_probability.h"
#include "tests/models/stardist/golden.h"
#include "tests/support/label_npy.h"
#include "tests/support/shared_data.h"

namespace karyo::stardist {
namespace {

double named_function(const std::string& name, double t) {
  if (name == "peak_0.7") return std::exp(-std::pow((t - 0.7) / 0.1, 2));
  if (name == "peak_0.95") return std::exp(-std::pow((t - 0.95) / 0.2, 2));
  if (name == "monotone_down") return 1 - t;
  if (name == "steps") return std::floor(20 * (1 - std::fabs(t - 0.63))) / 20;
  return 0;
}

TEST(GoldenSection, AsksForTheSamePointsAsTheReference) {
  KARYO_NEEDS_SHARED();
  nlohmann::json golden;
  std::ifstream(karyo::test::shared_dir() / "golden/functions/golden_section.json") >> golden;
  int compared = 0;
  for (const auto& run : golden["runs"]) {
    const double low = run["bracket"][0], high = run["bracket"][1];
    std::vector<double> asked;
    const auto result = golden_section(
        [&](double x) {
          asked.push_back(x);
          return -named_function(run["function"], std::clamp(x, low, high));
        },
        low, high);
    if (!run.contains("x")) continue;
    ++compared;
    EXPECT_NEAR(result.x, run["x"], 1e-12) << run["function"];
    EXPECT_NEAR(result.value, run["fun"], 1e-12);
    ASSERT_EQ(asked.size(), run["nfev"]);
    for (std::size_t k = 0; k < asked.size() && run["calls"].is_array(); ++k) {
      EXPECT_NEAR(asked[k], run["calls"][k]["x"], 1e-12);
    }
  }
  EXPECT_GE(compared, 4);
}

TEST(GoldenSection, FindsAMinimumOutsideItsFirstPoints) {
  const auto found =
      golden_section([](double x) { return (x - 300) * (x - 300); }, 0, 1, 1e-6, 200);
  EXPECT_NEAR(found.x, 300, 1e-2);
}

TEST(GoldenSection, OfAConstantReturnsAPointOfTheBracket) {
  const auto found = golden_section([](double) { return 0.0; }, 0.49, 0.98);
  EXPECT_EQ(found.x, 0.49);
}

TEST(ThresholdOptimizer, TakesTheReferencesSteps) {
  KARYO_NEEDS_SHARED();
  const auto folder = karyo::test::shared_dir() / "golden/stardist2d";
  const auto prob = karyo::test::read_npy(folder / "prob.npy").as<float>();
  const auto dist = karyo::test::read_npy(folder / "dist.npy").as<float>();
  nlohmann::json golden;
  std::ifstream(folder / "optimize_threshold.json") >> golden;

  std::vector<std::array<double, 3>> steps;
  ThresholdOptions options;
  options.grid = {2, 2};
  options.on_evaluation = [&](float nms, float threshold, double score) {
    steps.push_back({nms, threshold, score});
  };
  ThresholdOptimizer optimizer(options);
  const auto added = optimizer.add(
      karyo::test::labels_of(karyo::test::read_npy(folder / "mask_true.npy")),
      ProbabilityMap::contiguous(prob.data(), 125, 122),
      DistanceMap::channel_last(dist.data(), 32, 125, 122));
  ASSERT_TRUE(added) << added.error().what;
  const auto best = optimizer.optimize();
  ASSERT_TRUE(best) << best.error().what;

  std::size_t step = 0;
  double expected_score = -1, expected_prob = 0, expected_nms = 0;
  for (const auto& run : golden["runs"]) {
    for (const auto& evaluated : run["evaluated"]) {
      ASSERT_LT(step, steps.size());
      EXPECT_FLOAT_EQ(static_cast<float>(steps[step][0]), run["nms_thresh"].get<float>());
      EXPECT_EQ(steps[step][1], evaluated["prob_thresh"]);
      EXPECT_NEAR(steps[step][2], evaluated["mean"], 1e-12);
      ++step;
    }
    if (run["result_measure"] > expected_score) {
      expected_score = run["result_measure"];
      expected_prob = run["result_prob_thresh"];
      expected_nms = run["nms_thresh"];
    }
  }
  EXPECT_EQ(step, steps.size());
  EXPECT_EQ(best->thresholds.prob, expected_prob);
  EXPECT_EQ(best->thresholds.nms, expected_nms);
  EXPECT_NEAR(best->score, expected_score, 1e-12);
}

TEST(ThresholdOptimizer, PerfectPredictionsScoreHighWhateverTheOrderOfImages) {
  Random random(14);
  std::vector<LabelArray> truths;
  for (int i = 0; i < 3; ++i) truths.push_back(karyo::test::random_blobs(70, 64, 6, 9, random));
  std::vector<ScoredThresholds> found;
  for (const bool reversed : {false, true}) {
    ThresholdOptimizer optimizer({.grid = {2, 2}, .on_evaluation = {}});
    for (std::size_t k = 0; k < 3; ++k) {
      const LabelArray& truth = truths[reversed ? 2 - k : k];
      const auto dist = star_distances_2d(truth.view(), 32, {2, 2});
      auto prob = object_probability_2d(LabelView(truth.data(), {1, 35, 32}, {0, 128, 2}));
      // Images differ in how sure the model is.
      for (auto& p : prob) p *= (reversed ? 2 - k : k) == 0 ? 0.7f : 1.f;
      ASSERT_TRUE(optimizer.add(LabelArray(truth), ProbabilityMap::contiguous(prob.data(), 35, 32),
                                DistanceMap::channel_last(dist.data(), 32, 35, 32)));
    }
    const auto best = optimizer.optimize();
    ASSERT_TRUE(best);
    found.push_back(*best);
  }
  EXPECT_GT(found[0].score, 0.5);
  EXPECT_EQ(found[0].thresholds, found[1].thresholds);
  EXPECT_EQ(found[0].score, found[1].score);
}

// A network that finds every nucleus: where half of them is ignored it is judged as where all are
// drawn, and where half of them is missing, half of what it finds is wrong.
TEST(ThresholdOptimizer, IgnoredObjectsCostNothing) {
  LabelArray full({1, 96, 96}), ignored({1, 96, 96}), missing({1, 96, 96});
  for (int i = 0; i < 16; ++i) {
    for (int y = 0; y < 24; ++y) {
      for (int x = 0; x < 24; ++x) {
        const int distance = (y - 12) * (y - 12) + (x - 12) * (x - 12);
        const auto id = static_cast<std::uint32_t>(i + 1);
        const int row = i / 4 * 24 + y, column = i % 4 * 24 + x;
        if (distance <= 64) full(0, row, column) = id;
        if (distance <= 64 && i % 2 == 0) ignored(0, row, column) = missing(0, row, column) = id;
        if (distance <= 100 && i % 2 == 1) ignored(0, row, column) = kIgnoredLabel;
      }
    }
  }
  const auto dist = star_distances_2d(full.view(), 32, {2, 2});
  const auto prob = object_probability_2d(LabelView(full.data(), {1, 48, 48}, {0, 192, 2}));
  const auto best = [&](const LabelArray& truth) {
    ThresholdOptimizer optimizer({.grid = {2, 2}, .on_evaluation = {}});
    EXPECT_TRUE(optimizer.add(LabelArray(truth), ProbabilityMap::contiguous(prob.data(), 48, 48),
                              DistanceMap::channel_last(dist.data(), 32, 48, 48)));
    return *optimizer.optimize();
  };
  EXPECT_EQ(best(full).score, 1);
  EXPECT_EQ(best(ignored).score, 1);
  EXPECT_EQ(best(ignored).thresholds, best(full).thresholds);
  EXPECT_EQ(best(missing).score, 0.5);
}

TEST(ThresholdOptimizer, SaysWhatIsWrong) {
  ThresholdOptimizer optimizer({.grid = {2, 2}, .on_evaluation = {}});
  EXPECT_FALSE(optimizer.optimize());
  const std::vector<float> zeros(4 * 16, 0.f);
  const auto prob = ProbabilityMap::contiguous(zeros.data(), 4, 4);
  const auto dist = DistanceMap::planar(zeros.data(), 4, 4, 4);
  const auto wrong = optimizer.add(LabelArray({1, 10, 8}), prob, dist);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().what.find("5x4"), std::string::npos);
  ASSERT_TRUE(optimizer.add(LabelArray({1, 8, 8}), prob, dist));
  const auto silent = optimizer.optimize();
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, ErrorCode::kNumeric);
}

}  // namespace
}  // namespace karyo::stardist
