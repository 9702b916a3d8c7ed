#include "annotation/qc/review_queue.h"

#include <gtest/gtest.h>

namespace karyo {
namespace {

LabelFinding finding(std::uint32_t id, double score, std::uint64_t fingerprint,
                     Reason reason = Reason::kSize) {
  return {id, reason, score, "", {}, fingerprint};
}

std::vector<std::uint32_t> order_of(const ReviewQueue& queue) {
  std::vector<std::uint32_t> ids;
  for (const ReviewItem& item : queue.items()) ids.push_back(item.id);
  return ids;
}

TEST(ReviewQueue, PutsTheMostUrgentFirst) {
  ReviewQueue queue;
  queue.set_findings({finding(1, 0.2, 10), finding(2, 0.1, 20, Reason::kBorder),
                      finding(2, 0.9, 20), finding(3, 0.2, 30)});
  EXPECT_EQ(order_of(queue), (std::vector<std::uint32_t>{2, 1, 3}));
  EXPECT_EQ(queue.items()[0].findings.size(), 2U);
  EXPECT_EQ(queue.items()[0].findings[0].reason, Reason::kSize);
  EXPECT_EQ(queue.open_count(), 3);
  EXPECT_EQ(queue.current(), nullptr);
  EXPECT_EQ(queue.next()->id, 2U);
  EXPECT_EQ(queue.next()->id, 1U);
  EXPECT_EQ(queue.current()->id, 1U);
  EXPECT_EQ(queue.next()->id, 3U);
  EXPECT_EQ(queue.next()->id, 2U) << "round the end";
  EXPECT_EQ(queue.previous()->id, 3U);
  EXPECT_EQ(queue.previous()->id, 1U);
  EXPECT_TRUE(queue.go_to(2));
  EXPECT_FALSE(queue.go_to(7));
  EXPECT_EQ(queue.current()->id, 2U);
}

TEST(ReviewQueue, GoesOnFromAnObjectThatIsNoLongerListed) {
  ReviewQueue queue;
  queue.set_findings({finding(1, 0.9, 1), finding(2, 0.8, 2), finding(3, 0.7, 3)});
  queue.go_to(2);
  queue.set_findings({finding(1, 0.9, 1), finding(3, 0.7, 3)});
  EXPECT_EQ(queue.current(), nullptr);
  EXPECT_EQ(queue.next()->id, 3U);
  queue.go_to(1);
  queue.decide(1, ReviewState::kAccepted, 1);
  EXPECT_EQ(queue.next()->id, 3U) << "what is decided is passed over";
  EXPECT_EQ(queue.next()->id, 3U);
  queue.decide(3, ReviewState::kFixed, 3);
  EXPECT_EQ(queue.next(), nullptr);
  EXPECT_EQ(queue.previous(), nullptr);
  EXPECT_EQ(queue.open_count(), 0);
  queue.decide(3, ReviewState::kOpen, 0);
  EXPECT_EQ(queue.previous()->id, 3U);
}

TEST(ReviewQueue, BringsBackWhatChangedAfterItWasAccepted) {
  ReviewQueue queue;
  const std::vector<LabelFinding> found{finding(1, 0.9, 11), finding(2, 0.8, 22),
                                        finding(3, 0.7, 33)};
  queue.set_findings(found);
  queue.decide(1, ReviewState::kAccepted, 11);
  queue.decide(2, ReviewState::kFixed, 23);  // as it is after the fix
  queue.decide(3, ReviewState::kDeleted, 33);
  queue.set_findings({finding(1, 0.9, 11), finding(2, 0.1, 23)});
  EXPECT_EQ(queue.open_count(), 0);
  EXPECT_EQ(queue.items()[0].state, ReviewState::kAccepted);
  EXPECT_EQ(queue.items()[1].state, ReviewState::kFixed);

  // Stored and read back.
  ReviewQueue other;
  other.restore(queue.decisions());
  EXPECT_EQ(other.decisions(), queue.decisions());
  other.set_findings({finding(1, 0.9, 12), finding(2, 0.1, 23), finding(3, 0.7, 33)});
  EXPECT_EQ(other.items()[0].state, ReviewState::kOpen) << "changed since";
  EXPECT_EQ(other.items()[1].state, ReviewState::kOpen) << "deleted, and back by undo";
  EXPECT_EQ(other.items()[2].state, ReviewState::kFixed);
  other.set_findings(found);
  EXPECT_EQ(other.items()[0].state, ReviewState::kAccepted) << "changed back";
}

}  // namespace
}  // namespace karyo
