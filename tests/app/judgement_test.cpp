// What the numbers of a comparison say, taken together.

#include "app/judgement.h"

#include <gtest/gtest.h>

#include <cmath>

namespace karyo {
namespace {

ComparedImage image_with(std::int64_t tp, std::int64_t fp, std::int64_t fn) {
  ComparedImage image;
  Matching m;
  m.true_positives = tp;
  m.false_positives = fp;
  m.false_negatives = fn;
  m.n_true = tp + fn;
  m.n_pred = tp + fp;
  image.by_threshold.assign(18, m);
  for (int i = 0; i < tp + fn; ++i) {
    image.truths.push_back(
        {10 * (i + 1), i < tp ? ObjectVerdict::kMatched : ObjectVerdict::kMissed});
  }
  image.prediction_sizes.assign(static_cast<std::size_t>(tp + fp), 100);
  image.verdicts = {tp, fn, fp, 0, 0, 0};
  return image;
}

TEST(JudgementTest, GradesHaveTheirLimits) {
  EXPECT_EQ(grade_of_accuracy(0.8), Grade::kGood);
  EXPECT_EQ(grade_of_accuracy(0.79), Grade::kUsable);
  EXPECT_EQ(grade_of_accuracy(0.5), Grade::kUsable);
  EXPECT_EQ(grade_of_accuracy(0.49), Grade::kPoor);
  EXPECT_EQ(grade_of_ssim(0.95, 0.5), Grade::kGood);
  EXPECT_EQ(grade_of_ssim(0.75, 0.5), Grade::kUsable);
  EXPECT_EQ(grade_of_ssim(0.5, 0.3), Grade::kPoor);
  EXPECT_EQ(grade_of_ssim(0.95, 0.96), Grade::kPoor) << "worse than what it was made of";
}

TEST(JudgementTest, ImagesArePooledNotAveraged) {
  const ComparedImage a = image_with(8, 0, 0), b = image_with(0, 1, 1);
  const std::vector<const ComparedImage*> both{&a, &b};
  const ObjectsJudged judged = objects_of(both);
  ASSERT_EQ(judged.by_threshold.size(), 18u);
  EXPECT_DOUBLE_EQ(judged.by_threshold[kComparedThreshold].accuracy, 0.8);
  EXPECT_EQ(judged.of(ObjectVerdict::kMatched), 8);
  EXPECT_EQ(judged.of(ObjectVerdict::kMissed), 1);
  EXPECT_EQ(judged.of(ObjectVerdict::kExtra), 1);
  EXPECT_EQ(judged.worst(), ObjectVerdict::kMissed) << "of equal ones the first";
  const std::vector<const ComparedImage*> perfect{&a};
  EXPECT_EQ(objects_of(perfect).worst(), ObjectVerdict::kMatched);
  EXPECT_TRUE(objects_of({}).by_threshold.empty());
}

TEST(JudgementTest, ErrorsAreTakenBySizeWhereThereAreEnoughObjects) {
  const ComparedImage few = image_with(5, 0, 4), enough = image_with(6, 0, 4);
  const std::vector<const ComparedImage*> a{&few}, b{&enough};
  EXPECT_TRUE(objects_of(a).by_size.empty());
  const auto parts = objects_of(b).by_size;
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].found, 5);
  EXPECT_EQ(parts[1].found, 1) << "the four largest are missed";
  EXPECT_TRUE(objects_of(b).by_intensity.empty()) << "nobody knows how bright they are";
}

TEST(JudgementTest, SizesAreCountedOnceEach) {
  const ComparedImage image = image_with(6, 2, 4);
  const std::vector<const ComparedImage*> one{&image};
  const SizeCounts counts = sizes_of(one, 4);
  ASSERT_EQ(counts.edges.size(), 5u);
  EXPECT_NEAR(counts.edges.front(), 10, 1e-9);
  EXPECT_NEAR(counts.edges.back(), 100, 1e-9);
  std::int64_t first = 0, second = 0;
  for (std::size_t i = 0; i < 4; ++i) first += counts.first[i], second += counts.second[i];
  EXPECT_EQ(first, 8);
  EXPECT_EQ(second, 10);
  EXPECT_EQ(counts.first[3], 8) << "all are of the largest size";
  EXPECT_EQ(counts.median_first, 100);
  EXPECT_EQ(counts.median_second, 55);
  EXPECT_TRUE(sizes_of({}).edges.empty());
}

TEST(JudgementTest, ScoresOfARectangleAreMeansOfTheMapsThere) {
  Volume ssim(VoxelType::kFloat32, {1, 1, 2, 4, 4}), error(VoxelType::kFloat32, {1, 1, 2, 4, 4});
  auto likeness = ssim.view<float>();
  auto errors = error.view<float>();
  likeness(1, 1, 1) = 1.0F;
  likeness(1, 1, 2) = 0.5F;
  errors(1, 1, 1) = 0.25F;
  errors(1, 1, 2) = 0.75F;
  const auto scores = scores_within(ssim, error, 0, 0, 1, {{0, 1, 1}, {1, 2, 3}});
  EXPECT_DOUBLE_EQ(scores.ssim, 0.75);
  EXPECT_DOUBLE_EQ(scores.nrmse, std::sqrt((0.0625 + 0.5625) / 2));
  EXPECT_DOUBLE_EQ(scores.nrmse_notebook, std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(scores.psnr, -10 * std::log10(0.3125));
  const auto whole = scores_within(ssim, error, 0, 0, 0, {{0, -5, -5}, {1, 90, 90}});
  EXPECT_TRUE(std::isinf(whole.psnr)) << "nothing differs in the first plane";
  EXPECT_EQ(scores_within(ssim, error, 0, 0, 0, {{0, 9, 9}, {1, 12, 12}}).psnr, 0);
}

}  // namespace
}  // namespace karyo
