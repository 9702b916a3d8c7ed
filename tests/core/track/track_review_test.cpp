// Wrong links put into right tracks come first in the review, with the reason.

#include "core/track/track_review.h"

#include <gtest/gtest.h>

#include <random>

#include "core/track/track_edit.h"

namespace karyo {
namespace {

/// A lattice of cells that drift together with a little jitter; tracks 1 to side^2.
TrackList lattice(int frames, int side) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> jitter(-0.8, 0.8);
  TrackList list;
  for (int i = 0; i < side * side; ++i) {
    for (int t = 0; t < frames; ++t) {
      list.points.push_back({i + 1,
                             t,
                             {0.5, 20.0 * (i / side) + 3 * t + jitter(random),
                              20.0 * (i % side) + 2 * t + jitter(random)}});
    }
  }
  return list;
}

std::vector<DoubtfulLink> doubts_of(const TrackList& list) {
  TaskControl control;
  auto doubts = doubtful_links(list, {}, control);
  EXPECT_TRUE(doubts);
  return *std::move(doubts);
}

TEST(TrackReview, RightTracksRaiseNoDoubt) {
  EXPECT_TRUE(doubts_of(lattice(8, 7)).empty());
}

TEST(TrackReview, ExchangedTracksAreFoundFirst) {
  TrackList list = lattice(8, 7);
  // 25 and 26, in the middle, exchange their ends after frame 3.
  list = *link_places(list, {25, 3}, {26, 4});
  list = *link_places(list, {26, 3}, {50, 4});
  const auto doubts = doubts_of(list);
  ASSERT_EQ(doubts.size(), 2U);
  for (const DoubtfulLink& link : doubts) {
    EXPECT_EQ(link.to.frame, 4);
    EXPECT_TRUE(link.to.track == 25 || link.to.track == 26);
    EXPECT_EQ(link.from.track, link.to.track);
    EXPECT_EQ(link.reasons.size(), 2U);
    EXPECT_TRUE(link.reasons[0].starts_with("another cell is nearly as near")) << link.reasons[0];
    EXPECT_TRUE(link.reasons[1].starts_with("it moves unlike")) << link.reasons[1];
    EXPECT_GT(link.urgency, 0.9);
  }
}

TEST(TrackReview, GapsBeginningsAndShortDaughtersAreDoubtful) {
  TrackList list = lattice(9, 7);
  list = *delete_place(list, {24, 4});
  list = *unlink_place(list, {26, 4});  // 50 begins in the midst
  auto doubts = doubts_of(list);
  ASSERT_EQ(doubts.size(), 2U);
  EXPECT_EQ(doubts[0].to, (TrackPlace{24, 5}));
  EXPECT_EQ(doubts[0].from, (TrackPlace{24, 3}));
  EXPECT_EQ(doubts[0].reasons[0], "it was not seen for 1 frame(s)");
  EXPECT_EQ(doubts[1].to, (TrackPlace{50, 4}));
  EXPECT_EQ(doubts[1].from.track, 0);
  TrackList dividing = lattice(9, 7);
  for (int t = 4; t < 6; ++t) {
    dividing.points.push_back({60, t, {0.5, 66.0 + 3 * t, 66.0 + 2 * t}});
  }
  dividing = *add_division(dividing, {25, 3}, {60, 4});
  doubts = doubts_of(dividing);
  ASSERT_FALSE(doubts.empty());
  EXPECT_EQ(doubts[0].to, (TrackPlace{60, 4}));
  ASSERT_EQ(doubts[0].reasons.size(), 2U);
  EXPECT_TRUE(doubts[0].reasons[0].starts_with("perhaps no division")) << "the cell went on itself";
  EXPECT_EQ(doubts[0].reasons[1], "a daughter that is seen in 2 frame(s) only");
}

TEST(TrackReview, TakesNothingAndCanBeStopped) {
  EXPECT_TRUE(doubts_of({}).empty());
  TaskControl control;
  control.request_cancel();
  EXPECT_EQ(doubtful_links(lattice(3, 3), {}, control).error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace karyo
