#include "core/track/cheapest_flow.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace karyo {
namespace {

/// Links between `side` earlier and as many later objects, as frame_flow.cpp makes them; nodes from
/// `first` on.
std::vector<FlowArc> made_network(Random& random, int first, int side) {
  std::vector<FlowArc> arcs;
  const auto cost = [&] { return static_cast<std::int64_t>(random.below(100'000)); };
  for (int i = 0; i < side; ++i) {
    for (int k = 0; k < 3; ++k) {
      arcs.push_back({first + i, first + side + static_cast<int>(random.below(side)), cost()});
    }
    arcs.push_back({kFlowSource, first + i, -40'000});
    if (i % 4 == 0) arcs.push_back({kFlowSource, first + i, cost()});
    arcs.push_back({kFlowSource, first + side + i, 40'000});
    arcs.push_back({first + side + i, kFlowSink, 0});
  }
  return arcs;
}

std::int64_t cost_of(const std::vector<FlowArc>& arcs, const std::vector<bool>& carries) {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < carries.size(); ++k) sum += carries[k] ? arcs[k].cost : 0;
  return sum;
}

/// Many small networks side by side are one large, which another solver is for.
TEST(CheapestFlow, OfALargeNetworkIsThatOfItsParts) {
  constexpr int kSide = 50, kParts = 250, kFirst = kFlowSink + 1;
  std::int64_t expected = 0;
  std::vector<FlowArc> all;
  for (int part = 0; part < kParts; ++part) {
    Random random(static_cast<std::uint64_t>(part));
    const auto arcs = made_network(random, kFirst, kSide);
    const auto carries = cheapest_flow(kFirst + 2 * kSide, arcs, kSide);
    ASSERT_EQ(carries.size(), arcs.size());
    expected += cost_of(arcs, carries);
    Random again(static_cast<std::uint64_t>(part));
    const auto placed = made_network(again, kFirst + 2 * kSide * part, kSide);
    all.insert(all.end(), placed.begin(), placed.end());
  }
  const auto carries = cheapest_flow(kFirst + 2 * kSide * kParts, all, kSide * kParts);
  ASSERT_EQ(carries.size(), all.size());
  EXPECT_EQ(cost_of(all, carries), expected);

  // As much flows out of each node as into it.
  std::vector<int> balance(kFirst + 2 * kSide * kParts);
  for (std::size_t k = 0; k < all.size(); ++k) {
    balance[static_cast<std::size_t>(all[k].tail)] -= carries[k] ? 1 : 0;
    balance[static_cast<std::size_t>(all[k].head)] += carries[k] ? 1 : 0;
  }
  EXPECT_EQ(balance[kFlowSink], kSide * kParts);
  for (std::size_t node = kFirst; node < balance.size(); ++node) ASSERT_EQ(balance[node], 0);
}

TEST(CheapestFlow, WhatCannotFlowIsNothing) {
  EXPECT_TRUE(cheapest_flow(3, {{kFlowSource, 2, 1}, {2, kFlowSink, 1}}, 2).empty());
}

}  // namespace
}  // namespace karyo
