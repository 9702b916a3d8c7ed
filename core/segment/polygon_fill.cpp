#include "core/segment/polygon_fill.h"

#include <algorithm>
#include <cmath>

namespace karyo {
namespace {

struct Edge {
  std::int64_t first_row, last_row;  // rows whose centre the edge crosses, last excluded
  double x, slope;                   // crossing at the centre of first_row, and its step a row
};

// ImageJ moves crossings by this much, so that a centre on an edge falls to one side for sure.
constexpr double kNudge = 1e-8;

std::int64_t row_at_or_below(double y, std::int64_t height) {
  // The first row whose centre is at or below y.
  return static_cast<std::int64_t>(
      std::clamp(std::ceil(y - 0.5), 0.0, static_cast<double>(height)));
}

}  // namespace

void fill_paths(std::span<const PathF> paths, std::int64_t height, std::int64_t width,
                const std::function<void(std::int64_t, std::int64_t, std::int64_t)>& span) {
  std::vector<Edge> edges;
  for (const auto& path : paths) {
    for (std::size_t i = 0; i < path.size(); ++i) {
      PointF a = path[i], b = path[(i + 1) % path.size()];
      if (a.y > b.y) std::swap(a, b);
      const auto first = row_at_or_below(a.y, height), last = row_at_or_below(b.y, height);
      if (first >= last) continue;
      const double slope = (b.x - a.x) / (b.y - a.y);
      edges.push_back({first, last,
                       a.x + (static_cast<double>(first) + 0.5 - a.y) * slope + kNudge, slope});
    }
  }
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return a.first_row < b.first_row; });

  std::vector<const Edge*> active;
  std::vector<double> crossings;
  std::size_t next = 0;
  std::int64_t y = 0;
  while (next < edges.size() || !active.empty()) {
    if (active.empty()) y = edges[next].first_row;
    while (next < edges.size() && edges[next].first_row == y) active.push_back(&edges[next++]);
    crossings.clear();
    for (const Edge* edge : active) {
      crossings.push_back(edge->x + static_cast<double>(y - edge->first_row) * edge->slope);
    }
    std::sort(crossings.begin(), crossings.end());
    for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
      const auto column = [width](double x) {
        return static_cast<std::int64_t>(
            std::clamp(std::floor(x + 0.5), 0.0, static_cast<double>(width)));
      };
      const auto begin = column(crossings[i]), end = column(crossings[i + 1]);
      if (begin < end) span(y, begin, end);
    }
    ++y;
    std::erase_if(active, [y](const Edge* edge) { return edge->last_row <= y; });
  }
}

}  // namespace karyo
