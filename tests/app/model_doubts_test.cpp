// What a model thinks of objects that are there.

#include "app/model_doubts.h"

#include <gtest/gtest.h>

namespace karyo {
namespace {

class ModelDoubts : public testing::Test {
 protected:
  ModelDoubts() : labels_(Index3{2, 40, 40}) {
    seen_.rays = 1;
    for (const std::uint32_t id : {3u, 5u, 8u, 9u}) {
      const std::int64_t z = id == 9 ? 0 : 1, y = 4 * id;
      const Box3 box{{z, y, 10}, {z + 1, y + 3, 13}};
      LabelWriter writer(labels_);
      for (std::int64_t row = box.begin.y; row < box.end.y; ++row) {
        writer.set_row({z, row, 10}, 3, id, [](std::uint32_t) { return true; });
      }
      writer.finish();
      facts_.push_back({});
      facts_.back().id = id;
      facts_.back().box = box;
      facts_.back().fingerprint = 1000 + id;
    }
  }

  void see(float probability, float y, float x) {
    seen_.prob.push_back(probability);
    seen_.points.push_back({y, x});
    seen_.dist.push_back(2);
  }

  std::vector<LabelFinding> doubts() const {
    std::vector<const ObjectFacts*> facts;
    for (const ObjectFacts& one : facts_) facts.push_back(&one);
    return model_doubts(seen_, 0.5, labels_, 1, facts);
  }

  LabelVolume labels_;
  stardist::Candidates seen_;
  std::vector<ObjectFacts> facts_;
};

TEST_F(ModelDoubts, TheBestCandidateInAnObjectSaysHowSureTheModelIs) {
  see(0.3f, 13, 11);
  see(0.9f, 12, 10);  // object 3
  see(0.52f, 21, 12);
  see(0.4f, 22, 12);   // object 5
  see(0.95f, 30, 30);  // where no object is
  see(0.95f, 90, 90);  // outside
  const auto found = doubts();
  ASSERT_EQ(found.size(), 2u) << "3 is sure, 9 is in another slice";
  EXPECT_EQ(found[0].id, 5u);
  EXPECT_EQ(found[0].reason, Reason::kUnsure);
  EXPECT_EQ(found[0].text, "the model is 52 % sure");
  EXPECT_EQ(found[0].fingerprint, 1005u);
  EXPECT_EQ(found[1].id, 8u);
  EXPECT_EQ(found[1].reason, Reason::kUnseen);
  EXPECT_GT(found[0].score, found[1].score);
}

TEST_F(ModelDoubts, WhatIsMissedFromAnotherSideIsDoubtfulTheMoreSidesTheMore) {
  see(0.9f, 13, 11);  // object 3
  see(0.9f, 21, 11);  // object 5
  see(0.9f, 33, 11);  // object 8
  std::vector<const ObjectFacts*> facts;
  for (const ObjectFacts& one : facts_) facts.push_back(&one);
  stardist::Candidates all = seen_, some = seen_;
  some.prob[1] = 0.3f;  // 5 is below the threshold from one side, 8 lies elsewhere from two
  some.points[2] = {2, 2};
  all.points[2] = {90, 90};
  const auto found = model_doubts(seen_, 0.5, labels_, 1, facts, {&all, &some, &seen_});
  ASSERT_EQ(found.size(), 2u) << "3 is seen from everywhere";
  EXPECT_EQ(found[0].id, 5u);
  EXPECT_EQ(found[0].text, "missed from 1 of 4 sides");
  EXPECT_EQ(found[1].id, 8u);
  EXPECT_EQ(found[1].text, "missed from 2 of 4 sides");
  EXPECT_EQ(found[1].reason, Reason::kUnsure);
  EXPECT_GT(found[1].score, found[0].score);
  EXPECT_TRUE(doubts().empty()) << "from one side alone nothing is wrong";
}

TEST_F(ModelDoubts, TheLessSureTheMoreUrgent) {
  double before = 1;
  for (const float probability : {0.1f, 0.3f, 0.5f, 0.59f}) {
    seen_ = {};
    seen_.rays = 1;
    see(probability, 21, 11);
    double score = 0;
    for (const LabelFinding& doubt : doubts()) {
      if (doubt.id == 5) score = doubt.score;
    }
    EXPECT_GT(score, 0) << probability;
    EXPECT_LT(score, before) << probability;
    before = score;
  }
}

}  // namespace
}  // namespace karyo
