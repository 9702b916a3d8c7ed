#pragma once

/// The one-to-one choice of edges with the largest sum of weights.

#include <cstdint>
#include <span>
#include <vector>

namespace karyo {

struct WeightedEdge {
  std::int32_t row = 0, column = 0;
  double weight = 0;
};

/// edges    at most one a (row, column); weights > 0; rows and columns numbered from 0.
/// returns  indices of the chosen edges, ascending: no row and no column twice, and no other such
///          choice weighs more.
/// Cost     connected groups of n rows and m columns are solved one by one, each in
///          O(min(n, m)^2 max(n, m)) time and n m memory: cheap for overlaps of objects, which meet
///          few neighbours.
/// Source   the Hungarian method with potentials (Kuhn 1955; Jonker and Volgenant 1987).
std::vector<std::size_t> heaviest_matching(std::span<const WeightedEdge> edges);

}  // namespace karyo
