#include "core/track/frame_flow.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/track/cheapest_flow.h"

namespace karyo {
namespace {

constexpr int kRounds = 4;
constexpr double kScale = 4096;  // the solver counts in whole numbers

std::int64_t whole(double cost) {
  return std::llround(cost * kScale);
}

/// For each later object: its predecessor. `second` is the price of a second successor, by earlier
/// object; below 0 stands for none.
std::vector<std::int64_t> solve(std::size_t earlier, std::size_t later,
                                const std::vector<LinkChoice>& choices,
                                const std::vector<double>& second, double end_cost) {
  std::vector<FlowArc> arcs;
  arcs.reserve(choices.size() + 2 * earlier + 2 * later);
  const auto from = [](std::size_t i) { return kFlowSink + 1 + static_cast<int>(i); };
  const auto to = [&](std::size_t j) { return from(earlier + j); };
  const auto add = [&](int tail, int head, double cost) {
    arcs.push_back({tail, head, whole(cost)});
  };
  for (const LinkChoice& choice : choices) add(from(choice.from), to(choice.to), choice.cost);
  for (std::size_t j = 0; j < later; ++j) {
    add(kFlowSource, to(j), end_cost);
    add(to(j), kFlowSink, 0);
  }
  // An earlier object that leads on saves its end.
  for (std::size_t i = 0; i < earlier; ++i) {
    add(kFlowSource, from(i), -end_cost);
    if (std::isfinite(second[i])) add(kFlowSource, from(i), std::max(second[i], -end_cost));
  }
  const auto carries = cheapest_flow(from(earlier + later), arcs, static_cast<std::int64_t>(later));
  std::vector<std::int64_t> found(later, -1);
  if (carries.empty()) return found;
  for (std::size_t k = 0; k < choices.size(); ++k) {
    if (carries[k]) found[choices[k].to] = static_cast<std::int64_t>(choices[k].from);
  }
  return found;
}

/// The margin of each chosen link over the other choices of its two objects.
std::vector<double> confidences(std::size_t earlier, const std::vector<LinkChoice>& choices,
                                const std::vector<std::int64_t>& from, double end_cost) {
  std::vector<double> out_other(earlier, 2 * end_cost), in_other(from.size(), 2 * end_cost);
  std::vector<double> own(from.size(), 0), confidence(from.size(), 1);
  for (const LinkChoice& choice : choices) {
    if (from[choice.to] == static_cast<std::int64_t>(choice.from)) {
      own[choice.to] = choice.cost;
    } else {
      out_other[choice.from] = std::min(out_other[choice.from], choice.cost);
      in_other[choice.to] = std::min(in_other[choice.to], choice.cost);
    }
  }
  for (std::size_t j = 0; j < from.size(); ++j) {
    if (from[j] < 0) continue;
    const double margin =
        std::min(out_other[static_cast<std::size_t>(from[j])], in_other[j]) - own[j];
    confidence[j] = 1 - std::exp(-std::max(0.0, margin) / 2);
  }
  return confidence;
}

}  // namespace

Result<FrameLinks> cheapest_links(std::size_t earlier, std::size_t later,
                                  const std::vector<LinkChoice>& choices,
                                  const std::vector<std::vector<DivisionChoice>>& divisions,
                                  double end_cost) {
  constexpr double kNever = std::numeric_limits<double>::infinity();
  FrameLinks links;
  if (later == 0) return links;
  std::vector<std::vector<std::size_t>> by_from(earlier);
  for (std::size_t k = 0; k < choices.size(); ++k) by_from[choices[k].from].push_back(k);
  const auto cost_of = [&](std::size_t i, std::size_t j) {
    for (const std::size_t k : by_from[i]) {
      if (choices[k].to == j) return choices[k].cost;
    }
    return kNever;
  };
  const auto extra = [&](const DivisionChoice& d) {
    return d.cost - cost_of(d.from, d.first) - cost_of(d.from, d.second);
  };
  std::vector<double> second(earlier, kNever);
  for (const auto& of_parent : divisions) {
    double best = kNever;
    for (const DivisionChoice& d : of_parent) {
      if (d.cost < best) {
        best = d.cost;
        second[d.from] = extra(d);
      }
    }
  }
  for (int round = 0; round < kRounds; ++round) {
    links.from = solve(earlier, later, choices, second, end_cost);
    // Parents whose two successors are not the pair that was paid for: their true price next.
    std::vector<std::int64_t> first(earlier, -1);
    bool wrong = false;
    for (std::size_t j = 0; j < later; ++j) {
      if (links.from[j] < 0) continue;
      const auto i = static_cast<std::size_t>(links.from[j]);
      if (first[i] < 0) {
        first[i] = static_cast<std::int64_t>(j);
        continue;
      }
      const auto one = static_cast<std::size_t>(first[i]);
      double price = kNever;
      for (const DivisionChoice& d : divisions[i]) {
        if ((d.first == one && d.second == j) || (d.first == j && d.second == one)) {
          price = extra(d);
        }
      }
      if (price <= second[i] + 1e-9) continue;
      wrong = true;
      second[i] = round + 2 < kRounds ? price : kNever;
    }
    if (!wrong) break;
  }
  links.confidence = confidences(earlier, choices, links.from, end_cost);
  return links;
}

}  // namespace karyo
