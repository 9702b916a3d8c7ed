#include "core/track/frame_flow.h"

#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace karyo {
namespace {

constexpr int kRounds = 4;
constexpr double kScale = 4096;  // the solver counts in whole numbers

using Flow = lemon::NetworkSimplex<lemon::SmartDigraph, std::int64_t, std::int64_t>;

std::int64_t whole(double cost) {
  return std::llround(cost * kScale);
}

/// For each later object: its predecessor. `second` is the price of a second successor, by earlier
/// object; below 0 stands for none.
std::vector<std::int64_t> solve(std::size_t earlier, std::size_t later,
                                const std::vector<LinkChoice>& choices,
                                const std::vector<double>& second, double end_cost) {
  lemon::SmartDigraph graph;
  graph.reserveNode(static_cast<int>(earlier + later + 2));
  graph.reserveArc(static_cast<int>(choices.size() + 2 * earlier + 2 * later));
  std::vector<std::int64_t> costs;
  const auto source = graph.addNode(), sink = graph.addNode();
  std::vector<lemon::SmartDigraph::Node> from(earlier), to(later);
  for (auto& node : from) node = graph.addNode();
  for (auto& node : to) node = graph.addNode();
  const auto add = [&](auto tail, auto head, double cost) {
    graph.addArc(tail, head);
    costs.push_back(whole(cost));
  };
  for (const LinkChoice& choice : choices) add(from[choice.from], to[choice.to], choice.cost);
  for (std::size_t j = 0; j < later; ++j) {
    add(source, to[j], end_cost);
    add(to[j], sink, 0);
  }
  // An earlier object that leads on saves its end.
  for (std::size_t i = 0; i < earlier; ++i) {
    add(source, from[i], -end_cost);
    if (std::isfinite(second[i])) add(source, from[i], std::max(second[i], -end_cost));
  }
  lemon::SmartDigraph::ArcMap<std::int64_t> cost(graph), most(graph, 1);
  for (int a = 0; a < graph.arcNum(); ++a) {
    cost[lemon::SmartDigraph::arcFromId(a)] = costs[static_cast<std::size_t>(a)];
  }
  Flow flow(graph);
  flow.upperMap(most).costMap(cost).stSupply(source, sink, static_cast<std::int64_t>(later));
  std::vector<std::int64_t> found(later, -1);
  if (flow.run() != Flow::OPTIMAL) return found;
  for (std::size_t k = 0; k < choices.size(); ++k) {
    if (flow.flow(lemon::SmartDigraph::arcFromId(static_cast<int>(k))) > 0) {
      found[choices[k].to] = static_cast<std::int64_t>(choices[k].from);
    }
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
