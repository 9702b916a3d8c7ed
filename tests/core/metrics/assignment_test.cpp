#include "core/metrics/assignment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/base/random.h"

namespace karyo {
namespace {

/// Tries every choice.
double heaviest_by_trying(const std::vector<WeightedEdge>& edges, std::size_t next,
                          std::set<std::int32_t>& rows, std::set<std::int32_t>& columns) {
  if (next == edges.size()) return 0;
  double best = heaviest_by_trying(edges, next + 1, rows, columns);
  const WeightedEdge& edge = edges[next];
  if (rows.contains(edge.row) || columns.contains(edge.column)) return best;
  rows.insert(edge.row);
  columns.insert(edge.column);
  best = std::max(best, edge.weight + heaviest_by_trying(edges, next + 1, rows, columns));
  rows.erase(edge.row);
  columns.erase(edge.column);
  return best;
}

TEST(HeaviestMatching, WeighsWhatTheBestChoiceWeighs) {
  Random random(10);
  for (int round = 0; round < 200; ++round) {
    std::vector<WeightedEdge> edges;
    for (std::int32_t row = 0; row < 1 + round % 5; ++row) {
      for (std::int32_t column = 0; column < 1 + round % 4; ++column) {
        if (random.uniform() < 0.6) {
          edges.push_back({row, column, static_cast<double>(1 + random.below(5))});
        }
      }
    }
    double sum = 0;
    std::set<std::int32_t> rows, columns;
    for (const std::size_t k : heaviest_matching(edges)) {
      EXPECT_TRUE(rows.insert(edges[k].row).second);
      EXPECT_TRUE(columns.insert(edges[k].column).second);
      sum += edges[k].weight;
    }
    rows.clear();
    columns.clear();
    EXPECT_DOUBLE_EQ(sum, heaviest_by_trying(edges, 0, rows, columns)) << "round " << round;
  }
}

TEST(HeaviestMatching, OfALongChainIsQuickAndOfNothingIsNothing) {
  EXPECT_TRUE(heaviest_matching({}).empty());
  std::vector<WeightedEdge> edges;
  for (std::int32_t i = 0; i < 2000; ++i) {
    edges.push_back({i, i, 1.0});
    if (i % 10 != 9) edges.push_back({i, i + 1, 1.1});
  }
  EXPECT_EQ(heaviest_matching(edges).size(), 2000u);
}

}  // namespace
}  // namespace karyo
