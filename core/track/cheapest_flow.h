#pragma once

/// The cheapest flow through a network whose arcs carry one unit each, by LEMON.
///
/// This file and its source are C++17, the newest that all headers of LEMON 1.3.1 compile as.

#include <cstdint>
#include <vector>

namespace karyo {

struct FlowArc {
  int tail = 0, head = 0;
  std::int64_t cost = 0;
};

inline constexpr int kFlowSource = 0, kFlowSink = 1;

/// For each arc whether it carries a unit, of `amount` that go from kFlowSource to kFlowSink of
/// nodes 0 to nodes - 1. Empty where they cannot.
std::vector<bool> cheapest_flow(int nodes, const std::vector<FlowArc>& arcs, std::int64_t amount);

}  // namespace karyo
