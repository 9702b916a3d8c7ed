// Who learns and who judges, over rounds of annotating and training.

#include "app/live_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/base/random.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

std::vector<std::string> numbered(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back("image " + std::to_string(i));
  return names;
}

std::set<std::string> with_role(const std::vector<TrainImage>& images, bool validation) {
  std::set<std::string> names;
  for (const TrainImage& image : images) {
    if (image.validation == validation) names.insert(image.name);
  }
  return names;
}

TEST(LiveSet, AShareJudgesAndTheRestIsLearnedFrom) {
  for (const int count : {2, 3, 10, 20, 97}) {
    const auto images = first_images(numbered(count), {}, {}, {}, 0.1);
    EXPECT_EQ(names_of(images), numbered(count));
    EXPECT_EQ(with_role(images, true).size(),
              std::max<std::size_t>(count < 4 ? 1 : 2, (count + 5) / 10))
        << count;
  }
  EXPECT_TRUE(with_role(first_images(numbered(1), {}, {}, {}, 0.1), true).empty());
  EXPECT_TRUE(first_images({}, {}, {}, {}, 0.1).empty());
  EXPECT_EQ(
      with_role(first_images(numbered(3), {}, {"image 0", "image 1", "image 2"}, {}, 0.1), false)
          .size(),
      1u)
      << "something is learned from, also where all others were left out";
}

TEST(LiveSet, RoundsKeepTheirJudgesAndNoneHasBeenLearnedFrom) {
  Random random(3);
  for (int folder = 0; folder < 50; ++folder) {
    std::set<std::string> judges, learned;
    int count = 2 + static_cast<int>(random.below(5));
    for (int round = 0; round < 6; ++round) {
      auto images = first_images(numbered(count), {}, judges, learned, 0.2);
      const int more = static_cast<int>(random.below(6));
      const auto before = images;
      images = grown_images(images, numbered(count + more), {}, 0.2);
      ASSERT_EQ(images.size(), static_cast<std::size_t>(count + more));
      ASSERT_TRUE(std::equal(before.begin(), before.end(), images.begin()));
      count += more;
      const auto now = with_role(images, true);
      ASSERT_TRUE(std::includes(now.begin(), now.end(), judges.begin(), judges.end()));
      for (const std::string& name : now) ASSERT_FALSE(learned.contains(name)) << name;
      judges = now;
      learned.merge(with_role(images, false));
    }
  }
}

TEST(LiveSet, WhatCameOrWasCorrectedCountsMore) {
  const std::vector<TrainImage> before{{"a"}, {"b"}, {"judge", 1, true}};
  const auto now = grown_images(before, {"a", "b", "judge", "new"}, {"b", "judge"}, 0.1);
  const std::vector<TrainImage> wanted{
      {"a"}, {"b", kNewTimes}, {"judge", 1, true}, {"new", kNewTimes}};
  EXPECT_EQ(now, wanted);
  EXPECT_EQ(grown_images(now, {"a", "b", "judge", "new"}, {"b", "judge"}, 0.1), now);
}

TEST(LiveSet, WhatWasCheckedJudgesAndWeighsAsMuchAsWhatIsSuggested) {
  const std::set<std::string> done{"image 3", "image 9", "image 17", "image 30", "image 31"};
  const auto first = first_images(numbered(100), done, {}, {}, 0.1);
  const auto judges = with_role(first, true);
  EXPECT_EQ(judges.size(), 2u);
  EXPECT_TRUE(std::includes(done.begin(), done.end(), judges.begin(), judges.end()));
  const auto weight = [](const std::vector<TrainImage>& images, const std::string& name) {
    return std::find_if(images.begin(), images.end(),
                        [&](const TrainImage& image) { return image.name == name; })
        ->times;
  };
  for (const TrainImage& image : first) {
    const bool learned = done.contains(image.name) && !image.validation;
    EXPECT_EQ(image.times, learned ? kMostTimes : 1) << image.name;
  }
  EXPECT_EQ(with_role(first_images(numbered(9), {"image 4"}, {}, {}, 0.1), true),
            std::set<std::string>({"image 4"}))
      << "the only one that is done";
  auto more = numbered(20);
  more.insert(more.end(), {"image 30", "image 31"});
  const auto grown = grown_images(first, more, {}, 0.1);
  EXPECT_EQ(with_role(grown, true), judges) << "others were learned from as they were suggested";
  EXPECT_EQ(weight(grown, "image 5"), 3) << "78 are suggested, 20 checked";
  EXPECT_EQ(weight(grown, "image 60"), 1);
}

TEST(LiveSet, JudgesAreKeptInTheFolderOfModels) {
  const test::TempDir dir;
  const auto models = dir / "models";
  EXPECT_TRUE(judges_of(models).empty());
  EXPECT_TRUE(learned_in(models).empty());
  ASSERT_TRUE(keep_judges(models, {{"a"}, {"b", 1, true}}));
  ASSERT_TRUE(keep_judges(models, {{"c", 1, true}}));
  EXPECT_EQ(judges_of(models), std::set<std::string>({"b", "c"}));
  std::filesystem::create_directories(models / "one");
  std::ofstream(models / "one" / "run.only.txt") << "a\nb\tvalidation\n";
  EXPECT_EQ(learned_in(models), std::set<std::string>({"a"}));
}

}  // namespace
}  // namespace karyo
