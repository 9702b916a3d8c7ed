#include "core/metrics/matching.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/random.h"
#include "core/labels/label_volume.h"
#include "tests/support/blobs.h"
#include "tests/support/label_npy.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

void expect_equal(const Matching& m, const nlohmann::json& golden) {
  EXPECT_EQ(m.true_positives, golden["tp"]) << golden;
  EXPECT_EQ(m.false_positives, golden["fp"]);
  EXPECT_EQ(m.false_negatives, golden["fn"]);
  EXPECT_EQ(m.n_true, golden["n_true"]);
  EXPECT_EQ(m.n_pred, golden["n_pred"]);
  EXPECT_DOUBLE_EQ(m.precision, golden["precision"]);
  EXPECT_DOUBLE_EQ(m.recall, golden["recall"]);
  EXPECT_DOUBLE_EQ(m.accuracy, golden["accuracy"]);
  EXPECT_DOUBLE_EQ(m.f1, golden["f1"]);
  // The reference sums scores in float32.
  EXPECT_NEAR(m.mean_true_score, golden["mean_true_score"], 1e-6);
  EXPECT_NEAR(m.mean_matched_score, golden["mean_matched_score"], 1e-6);
  EXPECT_NEAR(m.panoptic_quality, golden["panoptic_quality"], 1e-6);
}

class MatchingGolden : public testing::Test {
 protected:
  void SetUp() override {
    KARYO_NEEDS_SHARED();
    const auto folder = test::shared_dir() / "golden/functions";
    std::ifstream(folder / "matching.json") >> golden;
    const auto images = test::read_npz(folder / "matching_images.npz");
    truth = test::labels_of(images.at("y_true"));
    pred = test::labels_of(images.at("y_pred"));
    pred2 = test::labels_of(images.at("y_pred2"));
  }
  nlohmann::json golden;
  LabelArray truth, pred, pred2;
};

TEST_F(MatchingGolden, EqualsTheReferenceForEachCriterion) {
  for (const auto& [name, criterion] :
       {std::pair{"iou", MatchCriterion::kIou}, {"iot", MatchCriterion::kIot},
        {"iop", MatchCriterion::kIop}}) {
    const auto overlaps = find_overlaps(truth.view(), pred.view(), criterion);
    ASSERT_TRUE(overlaps);
    for (const auto& expected : golden[name]) {
      expect_equal(match_objects(*overlaps, expected["thresh"]), expected);
    }
  }
}

TEST_F(MatchingGolden, AssignsTheReferencesPairs) {
  const auto overlaps = find_overlaps(truth.view(), pred.view());
  ASSERT_TRUE(overlaps);
  const auto& report = golden["report_matches_0.5"];
  std::vector<std::pair<std::uint32_t, std::uint32_t>> expected, found;
  for (std::size_t k = 0; k < report["matched_pairs"].size(); ++k) {
    // Pairs that do not overlap fill the reference's assignment up.
    if (report["matched_scores"][k] == 0.0) continue;
    expected.emplace_back(report["matched_pairs"][k][0], report["matched_pairs"][k][1]);
  }
  for (const auto& pair : assign_objects(*overlaps, 0.5)) {
    found.emplace_back(overlaps->truth_ids[static_cast<std::size_t>(pair.truth)],
                       overlaps->prediction_ids[static_cast<std::size_t>(pair.prediction)]);
  }
  EXPECT_EQ(found, expected);
  std::vector<ObjectOverlap> matched;
  match_objects(*overlaps, 0.5, &matched);
  EXPECT_EQ(matched.size(), report["matched_tps"].size());
}

TEST_F(MatchingGolden, PoolsImagesBothWays) {
  const auto first = find_overlaps(truth.view(), pred.view());
  const auto second = find_overlaps(truth.view(), pred2.view());
  ASSERT_TRUE(first && second);
  for (std::size_t k = 0; k < golden["dataset_by_image_False"].size(); ++k) {
    const double threshold = golden["dataset_by_image_False"][k]["thresh"];
    const std::vector<Matching> images = {match_objects(*first, threshold),
                                          match_objects(*second, threshold)};
    expect_equal(pool(images), golden["dataset_by_image_False"][k]);
    expect_equal(average(images), golden["dataset_by_image_True"][k]);
  }
}

TEST(Matching, SwappingTruthAndPredictionSwapsErrors) {
  Random random(11);
  for (int round = 0; round < 10; ++round) {
    const auto a = test::random_blobs(70, 60, 14, 8, random);
    const auto b = test::random_blobs(70, 60, 11, 8, random);
    const auto forward = find_overlaps(a.view(), b.view());
    const auto backward = find_overlaps(b.view(), a.view());
    for (const double threshold : {0.05, 0.1, 0.3, 0.5}) {
      const Matching m = match_objects(*forward, threshold);
      const Matching n = match_objects(*backward, threshold);
      EXPECT_EQ(m.true_positives, n.true_positives);
      EXPECT_EQ(m.false_positives, n.false_negatives);
      EXPECT_NEAR(m.matched_score_sum, n.matched_score_sum, 1e-9);
    }
  }
}

TEST(Matching, TheFastWayEqualsTheAssignment) {
  Random random(12);
  const auto a = test::random_blobs(90, 90, 25, 9, random);
  LabelArray b({1, 90, 90});
  for (std::int64_t i = 0; i + 3 < a.count(); ++i) b.data()[i] = a.data()[i + 3];
  const auto overlaps = find_overlaps(a.view(), b.view());
  for (const double threshold : {0.2, 0.4, 0.6, 0.8}) {
    std::int64_t assigned = 0;
    for (const auto& pair : assign_objects(*overlaps, threshold)) {
      assigned += pair.score >= static_cast<float>(threshold);
    }
    EXPECT_EQ(match_objects(*overlaps, threshold).true_positives, assigned);
  }
}

TEST(Matching, OfEmptyImagesIsNothingAndOfEqualOnesPerfect) {
  const LabelArray empty({1, 4, 4});
  LabelArray one({1, 4, 4});
  one(0, 1, 1) = 70000;
  EXPECT_EQ(match_objects(*find_overlaps(empty.view(), empty.view()), 0.5).f1, 0);
  const Matching missed = match_objects(*find_overlaps(one.view(), empty.view()), 0.5);
  EXPECT_EQ(missed.false_negatives, 1);
  EXPECT_EQ(missed.accuracy, 0);
  const Matching perfect = match_objects(*find_overlaps(one.view(), one.view()), 1.0);
  EXPECT_EQ(perfect.accuracy, 1);
  EXPECT_EQ(perfect.panoptic_quality, 1);
}

TEST(Matching, ImagesOfDifferentSizeAreRefusedWithBothSizes) {
  const auto result = find_overlaps(LabelArray({1, 4, 4}).view(), LabelArray({1, 4, 5}).view());
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().what.find("1x4x5"), std::string::npos);
}

/// A row of pixels a string: '.' background, '?' ignored, letters objects.
LabelArray drawn(const std::string& row) {
  LabelArray labels({1, 1, static_cast<std::int64_t>(row.size())});
  std::transform(row.begin(), row.end(), labels.begin(), [](char c) -> std::uint32_t {
    return c == '.' ? 0 : c == '?' ? kIgnoredLabel : static_cast<std::uint32_t>(c);
  });
  return labels;
}

Matching match_rows(const std::string& truth, const std::string& prediction,
                    double threshold = 0.5) {
  return match_objects(*find_overlaps(drawn(truth).view(), drawn(prediction).view()), threshold);
}

TEST(MatchingIgnored, IsNoTrueObjectAndWhatLiesMainlyThereIsNeitherRightNorWrong) {
  // Ignored are of c all 4 pixels, of d 3 of 5, of e 2 of 3.
  const Matching m = match_rows("aaa.????.???...??", "bbb.cccc.dddddeee");
  EXPECT_EQ(m.n_true, 1);
  EXPECT_EQ(m.true_positives, 1);
  EXPECT_EQ(m.n_ignored, 3);
  EXPECT_EQ(m.false_positives, 0);
  EXPECT_EQ(m.precision, 1);
  const Matching half = match_rows("aaa...??", "bbb.eeee");
  EXPECT_EQ(half.n_ignored, 0);
  EXPECT_EQ(half.false_positives, 1) << "half is not more than half";
}

TEST(MatchingIgnored, OverlapIsMeasuredOnWhatIsKnown) {
  // 3 known pixels that equal the object, 4 of which nobody said anything.
  const Matching m = match_rows("aaa????", "bbbbbbb", 1.0);
  EXPECT_EQ(m.true_positives, 1) << "mainly ignored, but it matches";
  EXPECT_EQ(m.n_ignored, 0);
  EXPECT_EQ(m.mean_matched_score, 1);
}

TEST(MatchingIgnored, InAPredictionItIsNoObject) {
  const Matching m = match_rows("aaa...", "bbb???");
  EXPECT_EQ(m.n_pred, 1);
  EXPECT_EQ(m.accuracy, 1);
}

// Whatever is predicted wholly inside ignored parts changes no number but its own count.
TEST(MatchingIgnored, PredictionsThereChangeNoScore) {
  Random random(4);
  std::int64_t added = 0;
  for (int round = 0; round < 20; ++round) {
    LabelArray truth = test::random_blobs(70, 80, 14, 8, random);
    LabelArray prediction = test::random_blobs(70, 80, 14, 8, random);
    const LabelArray shade = test::random_blobs(70, 80, 4, 14, random);
    const LabelArray more = test::random_blobs(70, 80, 9, 5, random);
    LabelArray other = prediction;
    for (std::int64_t i = 0; i < truth.count(); ++i) {
      if (shade.data()[i] == 0) continue;
      truth.data()[i] = kIgnoredLabel;
      prediction.data()[i] = 0;
      other.data()[i] = more.data()[i] == 0 ? 0 : 100 + more.data()[i];
    }
    for (const double threshold : {0.2, 0.5, 0.7}) {
      const auto plain = find_overlaps(truth.view(), prediction.view());
      const auto with = find_overlaps(truth.view(), other.view());
      Matching a = match_objects(*plain, threshold), b = match_objects(*with, threshold);
      EXPECT_EQ(a.true_positives, b.true_positives);
      EXPECT_EQ(a.false_positives, b.false_positives);
      EXPECT_EQ(a.false_negatives, b.false_negatives);
      EXPECT_EQ(a.panoptic_quality, b.panoptic_quality);
      added += b.n_ignored - a.n_ignored;
    }
  }
  EXPECT_GT(added, 100);
}

}  // namespace
}  // namespace karyo
