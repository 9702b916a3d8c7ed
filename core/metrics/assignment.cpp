#include "core/metrics/assignment.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace karyo {
namespace {

/// Sets of rows and columns that edges connect.
class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) { parent_[find(a)] = find(b); }

 private:
  std::vector<std::size_t> parent_;
};

/// Cheapest assignment of every row to a column of its own; rows <= columns. Rows enter one by one
/// along the shortest path of reduced costs. Returns the column of each row.
std::vector<std::size_t> cheapest_assignment(const std::vector<double>& cost, std::size_t rows,
                                             std::size_t columns) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  // Column `columns` is where each search starts.
  std::vector<double> row_potential(rows, 0), column_potential(columns + 1, 0);
  std::vector<std::size_t> row_of(columns + 1, kNone), came_from(columns + 1);
  std::vector<double> distance(columns);
  std::vector<bool> done(columns + 1);
  for (std::size_t row = 0; row < rows; ++row) {
    std::size_t at = columns;
    row_of[at] = row;
    std::fill(distance.begin(), distance.end(), kInfinity);
    std::fill(done.begin(), done.end(), false);
    while (row_of[at] != kNone) {
      done[at] = true;
      const std::size_t from = row_of[at];
      double least = kInfinity;
      std::size_t next = columns;
      for (std::size_t column = 0; column < columns; ++column) {
        if (done[column]) continue;
        const double reduced =
            cost[from * columns + column] - row_potential[from] - column_potential[column];
        if (reduced < distance[column]) {
          distance[column] = reduced;
          came_from[column] = at;
        }
        if (distance[column] < least) {
          least = distance[column];
          next = column;
        }
      }
      for (std::size_t column = 0; column <= columns; ++column) {
        if (done[column]) {
          row_potential[row_of[column]] += least;
          column_potential[column] -= least;
        } else if (column < columns) {
          distance[column] -= least;
        }
      }
      at = next;
    }
    while (at != columns) {
      row_of[at] = row_of[came_from[at]];
      at = came_from[at];
    }
  }
  std::vector<std::size_t> column_of(rows, kNone);
  for (std::size_t column = 0; column < columns; ++column) {
    if (row_of[column] != kNone) column_of[row_of[column]] = column;
  }
  return column_of;
}

/// Numbers of a group's rows (or columns) in the order they appear.
std::size_t local_number(std::vector<std::int32_t>& known, std::int32_t number) {
  const auto at = std::lower_bound(known.begin(), known.end(), number);
  return static_cast<std::size_t>(at - known.begin());
}

std::vector<std::int32_t> sorted_unique(std::vector<std::int32_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

/// Solves one connected group; `members` are indices into `edges`.
void solve_group(std::span<const WeightedEdge> edges, std::span<const std::size_t> members,
                 std::vector<std::size_t>& chosen) {
  if (members.size() == 1) {
    chosen.push_back(members[0]);
    return;
  }
  std::vector<std::int32_t> rows, columns;
  for (const std::size_t k : members) {
    rows.push_back(edges[k].row);
    columns.push_back(edges[k].column);
  }
  rows = sorted_unique(std::move(rows));
  columns = sorted_unique(std::move(columns));
  const bool turned = rows.size() > columns.size();
  if (turned) std::swap(rows, columns);

  // No edge costs nothing: choosing it is choosing nothing.
  constexpr std::size_t kNoEdge = std::numeric_limits<std::size_t>::max();
  std::vector<double> cost(rows.size() * columns.size(), 0);
  std::vector<std::size_t> edge_at(cost.size(), kNoEdge);
  for (const std::size_t k : members) {
    const std::size_t row = local_number(rows, turned ? edges[k].column : edges[k].row);
    const std::size_t column = local_number(columns, turned ? edges[k].row : edges[k].column);
    cost[row * columns.size() + column] = -edges[k].weight;
    edge_at[row * columns.size() + column] = k;
  }
  const auto column_of = cheapest_assignment(cost, rows.size(), columns.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::size_t edge = edge_at[row * columns.size() + column_of[row]];
    if (edge != kNoEdge) chosen.push_back(edge);
  }
}

}  // namespace

std::vector<std::size_t> heaviest_matching(std::span<const WeightedEdge> edges) {
  if (edges.empty()) return {};
  std::int32_t last_row = 0, last_column = 0;
  for (const WeightedEdge& edge : edges) {
    last_row = std::max(last_row, edge.row);
    last_column = std::max(last_column, edge.column);
  }
  const auto row_count = static_cast<std::size_t>(last_row) + 1;
  Groups groups(row_count + static_cast<std::size_t>(last_column) + 1);
  for (const WeightedEdge& edge : edges) {
    groups.join(static_cast<std::size_t>(edge.row),
                row_count + static_cast<std::size_t>(edge.column));
  }
  std::vector<std::pair<std::size_t, std::size_t>> by_group;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    by_group.emplace_back(groups.find(static_cast<std::size_t>(edges[k].row)), k);
  }
  std::sort(by_group.begin(), by_group.end());
  std::vector<std::size_t> chosen, members;
  for (std::size_t k = 0; k < by_group.size();) {
    members.clear();
    const std::size_t group = by_group[k].first;
    for (; k < by_group.size() && by_group[k].first == group; ++k) {
      members.push_back(by_group[k].second);
    }
    solve_group(edges, members, chosen);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace karyo
