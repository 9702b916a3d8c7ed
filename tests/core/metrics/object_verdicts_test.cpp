#include "core/metrics/object_verdicts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/labels/label_volume.h"
#include "tests/support/blobs.h"

namespace karyo {
namespace {

using enum ObjectVerdict;

/// Fills x in [begin, end) of one row with an id.
void put(LabelArray& labels, std::int64_t y, std::int64_t begin, std::int64_t end, std::uint32_t id,
         std::int64_t z = 0) {
  for (std::int64_t x = begin; x < end; ++x) labels(z, y, x) = id;
}

struct Judged {
  Overlaps overlaps;
  JudgedObjects objects;
  ErrorPicture picture;
};

Judged judge(const LabelArray& truth, const LabelArray& prediction) {
  auto overlaps = find_overlaps(truth.view(), prediction.view());
  EXPECT_TRUE(overlaps);
  const auto objects = judge_objects(*overlaps, 0.5);
  auto picture = draw_errors(truth.view(), prediction.view(), *overlaps, objects);
  return {*overlaps, objects, std::move(picture)};
}

TEST(ObjectVerdictsTest, EachKindOfErrorIsTold) {
  LabelArray truth({2, 8, 20}), prediction({2, 8, 20});
  put(truth, 0, 0, 10, 3), put(prediction, 0, 0, 8, 30);                           // matched, 0.8
  put(truth, 1, 0, 10, 4);                                                         // missed
  put(prediction, 2, 0, 10, 31);                                                   // extra
  put(truth, 3, 0, 8, 5), put(truth, 3, 8, 16, 6), put(prediction, 3, 0, 16, 32);  // 0.5 each
  put(truth, 4, 0, 5, 7), put(truth, 4, 5, 10, 8), put(truth, 4, 10, 15, 9);       // merged
  put(prediction, 4, 0, 15, 33);
  put(truth, 5, 0, 12, 10, 1);  // split, at z 1
  put(prediction, 5, 0, 4, 34, 1), put(prediction, 5, 4, 8, 35, 1),
      put(prediction, 5, 8, 12, 36, 1);
  put(truth, 6, 0, 10, kIgnoredLabel), put(prediction, 6, 0, 10, 37);  // not known
  put(truth, 7, 0, 10, 11), put(prediction, 7, 9, 16, 38);             // hardly touch
  const Judged judged = judge(truth, prediction);
  const auto& [truths, predictions, truth_scores, prediction_scores] = judged.objects;
  ASSERT_EQ(truths.size(), 9u);  // 3 .. 11
  EXPECT_EQ(truths[0], kMatched);
  EXPECT_FLOAT_EQ(truth_scores[0], 0.8F);
  EXPECT_EQ(truths[1], kMissed);
  EXPECT_EQ(truth_scores[1], 0);
  // One of the two matches at exactly one half; the other was run together with it.
  EXPECT_EQ(std::count(&truths[2], &truths[4], kMatched), 1);
  EXPECT_EQ(std::count(&truths[2], &truths[4], kMerged), 1);
  for (const int t : {4, 5, 6}) EXPECT_EQ(truths[static_cast<std::size_t>(t)], kMerged) << t;
  EXPECT_EQ(truths[7], kSplit);
  EXPECT_EQ(truths[8], kMissed);
  EXPECT_EQ(predictions, (std::vector{kMatched, kExtra, kMatched, kMerged, kSplit, kSplit, kSplit,
                                      kIgnored, kExtra}));
  EXPECT_FLOAT_EQ(prediction_scores[8], 1.0F / 16);
}

TEST(ObjectVerdictsTest, ThePictureHoldsPredictionsOverWhatWasMissed) {
  LabelArray truth({1, 3, 20}), prediction({1, 3, 20});
  put(truth, 0, 0, 10, 3), put(prediction, 0, 0, 8, 30);
  put(truth, 1, 0, 10, 4), put(prediction, 1, 8, 16, 31);
  const Judged judged = judge(truth, prediction);
  const auto& [labels, objects] = judged.picture;
  ASSERT_EQ(objects.size(), 3u);
  EXPECT_EQ(objects[0].source_id, 30u);
  EXPECT_EQ(objects[0].verdict, kMatched);
  EXPECT_EQ(objects[2].source_id, 4u);
  EXPECT_TRUE(objects[2].of_truth);
  EXPECT_EQ(objects[2].verdict, kMissed);
  EXPECT_EQ(labels(0, 0, 7), objects[0].id);
  EXPECT_EQ(labels(0, 0, 9), 0u) << "the matched true object itself is not drawn";
  EXPECT_EQ(labels(0, 1, 7), objects[2].id);
  EXPECT_EQ(labels(0, 1, 8), objects[1].id) << "predictions lie on top";
  EXPECT_EQ(labels(0, 2, 0), 0u);
}

TEST(ObjectVerdictsTest, MatchedAreAsManyAsTheScoresSay) {
  Random random(4);
  for (int i = 0; i < 20; ++i) {
    const LabelArray truth = test::random_blobs(60, 50, 12, 7, random);
    const LabelArray prediction = test::random_blobs(60, 50, 12, 7, random);
    const Judged judged = judge(truth, prediction);
    const Matching scores = match_objects(judged.overlaps, 0.5);
    const auto& [truths, predictions, ignored1, ignored2] = judged.objects;
    EXPECT_EQ(std::count(truths.begin(), truths.end(), kMatched), scores.true_positives);
    EXPECT_EQ(std::count(predictions.begin(), predictions.end(), kMatched), scores.true_positives);
    EXPECT_EQ(std::count(truths.begin(), truths.end(), kExtra), 0);
    EXPECT_EQ(std::count(predictions.begin(), predictions.end(), kMissed), 0);
  }
}

}  // namespace
}  // namespace karyo
