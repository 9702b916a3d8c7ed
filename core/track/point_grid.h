#pragma once

/// Points in cells, to find those near a place in a time that does not grow with their number.

#include <cmath>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/track/tracking.h"

namespace karyo {

class PointGrid {
 public:
  /// `cell` > 0, near the distances that are asked for. `points` must outlive the grid.
  PointGrid(const std::vector<TrackObject>& points, double cell) : points_(points), cell_(cell) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      cells_[key(at(points[i].z), at(points[i].y), at(points[i].x))].push_back(i);
    }
  }

  /// Calls visitor(index, squared distance) for points within `reach`.
  template <typename Visitor>
  void visit_near(double z, double y, double x, double reach, const Visitor& visitor) const {
    for (std::int64_t k = at(z - reach); k <= at(z + reach); ++k) {
      for (std::int64_t j = at(y - reach); j <= at(y + reach); ++j) {
        for (std::int64_t i = at(x - reach); i <= at(x + reach); ++i) {
          const auto cell = cells_.find(key(k, j, i));
          if (cell == cells_.end()) continue;
          for (const std::size_t index : cell->second) {
            const TrackObject& p = points_[index];
            const double square =
                (p.z - z) * (p.z - z) + (p.y - y) * (p.y - y) + (p.x - x) * (p.x - x);
            if (square <= reach * reach) visitor(index, square);
          }
        }
      }
    }
  }

 private:
  std::int64_t at(double place) const {
    return static_cast<std::int64_t>(std::floor(place / cell_));
  }
  static std::uint64_t key(std::int64_t z, std::int64_t y, std::int64_t x) {
    const auto low = [](std::int64_t v) { return static_cast<std::uint64_t>(v) & 0x1FFFFF; };
    return low(z) << 42 | low(y) << 21 | low(x);
  }
  const std::vector<TrackObject>& points_;
  double cell_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> cells_;
};

}  // namespace karyo
