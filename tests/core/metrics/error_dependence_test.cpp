// Whether errors depend on size and brightness.

#include "core/metrics/error_dependence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/labels/label_volume.h"
#include "tests/support/blobs.h"

namespace karyo {
namespace {

using enum ObjectVerdict;

TEST(ErrorDependenceTest, PartsHoldAboutEqualNumbersAndAllObjectsOnce) {
  Random random(5);
  std::vector<JudgedTruth> truths;
  for (int i = 0; i < 237; ++i) {
    JudgedTruth truth{10 + static_cast<std::int64_t>(random.uniform(0, 40)), kMissed, 0.1F};
    if (truth.voxels >= 30) truth.verdict = kMatched, truth.iou = 0.9F;
    truths.push_back(truth);
  }
  const auto parts = error_dependence(truths, ObjectTrait::kSize);
  ASSERT_GE(parts.size(), 8u);
  ASSERT_LE(parts.size(), 10u);
  std::int64_t objects = 0, found = 0;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    EXPECT_LE(parts[k].least, parts[k].middle);
    EXPECT_LE(parts[k].middle, parts[k].most);
    if (k > 0) {
      EXPECT_GT(parts[k].least, parts[k - 1].most) << "equal sizes are of one part";
    }
    EXPECT_NEAR(static_cast<double>(parts[k].objects), 24, 12);
    objects += parts[k].objects;
    found += parts[k].found;
  }
  EXPECT_EQ(objects, 237);
  EXPECT_EQ(found, std::count_if(truths.begin(), truths.end(),
                                 [](const JudgedTruth& truth) { return truth.found(); }));
  EXPECT_EQ(parts.front().found_share(), 0);
  EXPECT_NEAR(parts.front().mean_iou, 0.1, 1e-6);
  EXPECT_EQ(parts.back().found_share(), 1);
  EXPECT_NEAR(parts.back().mean_iou, 0.9, 1e-6);
}

TEST(ErrorDependenceTest, TooFewOrAllAlikeAreNotParted) {
  std::vector<JudgedTruth> truths(9, JudgedTruth{10, kMatched, 1});
  for (std::size_t i = 0; i < truths.size(); ++i) truths[i].voxels += static_cast<int>(i);
  EXPECT_TRUE(error_dependence(truths, ObjectTrait::kSize).empty());
  truths.push_back({100, kMissed, 0});
  EXPECT_EQ(error_dependence(truths, ObjectTrait::kSize).size(), 2u);
  EXPECT_TRUE(error_dependence(truths, ObjectTrait::kIntensity).empty()) << "not known";
  for (JudgedTruth& truth : truths) truth.intensity = 7;
  EXPECT_TRUE(error_dependence(truths, ObjectTrait::kIntensity).empty()) << "all alike";
  EXPECT_TRUE(error_dependence({}, ObjectTrait::kSize).empty());
}

TEST(ErrorDependenceTest, BrightnessIsTheMeanOverVoxelsFramesAndChannels) {
  const VolumeShape shape{2, 2, 3, 20, 24};  // a movie of stacks with two channels
  Random random(9);
  LabelArray truth = test::random_blobs(20, 24, 5, 4, random);
  LabelArray all({shape.t * shape.z, shape.y, shape.x});
  for (std::int64_t z = 0; z < shape.t * shape.z; ++z) {
    for (std::int64_t i = 0; i < shape.y * shape.x; ++i) {
      const std::uint32_t id = truth.data()[i];
      (&all(z, 0, 0))[i] = id == 0 ? 0 : id + (z >= shape.z ? 100u : 0u);
    }
  }
  Volume image(VoxelType::kUInt16, shape);
  for (std::int64_t i = 0; i < shape.count(); ++i) {
    image.view<std::uint16_t>().data()[i] = static_cast<std::uint16_t>(random.uniform(0, 60000));
  }
  const auto overlaps = find_overlaps(all.view(), all.view());
  ASSERT_TRUE(overlaps);
  const auto means = object_intensities(*overlaps, all.view(), image);
  ASSERT_EQ(means.size(), overlaps->truth_ids.size());
  for (std::size_t k = 0; k < means.size(); ++k) {
    double sum = 0, count = 0;
    for (std::int64_t t = 0; t < shape.t; ++t) {
      for (std::int64_t c = 0; c < shape.c; ++c) {
        for (std::int64_t z = 0; z < shape.z; ++z) {
          for (std::int64_t y = 0; y < shape.y; ++y) {
            for (std::int64_t x = 0; x < shape.x; ++x) {
              if (all(t * shape.z + z, y, x) != overlaps->truth_ids[k]) continue;
              sum += image.view<std::uint16_t>(t, c)(z, y, x);
              ++count;
            }
          }
        }
      }
    }
    EXPECT_NEAR(means[k], sum / count, 1e-9) << overlaps->truth_ids[k];
  }
  const auto judged = judged_truths(*overlaps, judge_objects(*overlaps, 0.5), means);
  EXPECT_EQ(judged[1].id, overlaps->truth_ids[1]);
  EXPECT_EQ(judged[1].iou, 1);
  EXPECT_EQ(judged[1].intensity, means[1]);

  const auto unknown = object_intensities(*overlaps, all.view(), Volume(VoxelType::kUInt8, {}));
  EXPECT_TRUE(std::isnan(unknown.at(0)));
}

}  // namespace
}  // namespace karyo
