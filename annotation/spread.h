#pragma once

/// Numbers that spread over voxels, the cheapest first: geodesic zones and seeded watersheds.

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <queue>
#include <vector>

#include "core/image/voxel_grid.h"
#include "core/segment/binary.h"
#include "core/segment/neighbours.h"

namespace karyo {

/// Gives each voxel without number (0) where `inside` is not 0 the number of the neighbour (26)
/// from which it is reached at the least cost; what cannot be reached keeps 0. cost(so_far, from,
/// to) is that of a way which has cost so_far up to `from`; ways begin at numbered voxels with
/// `start`. It never falls along a way, and may be infinite for steps that are not to be taken. Of
/// equal ones the first found wins, so fronts that meet on level ground share it. Source  Dijkstra
/// 1959; with the greatest height passed as cost, Meyer's flooding (1991).
template <typename Cost>
void spread(LabelArray& numbers, const Mask& inside, double start, const Cost& cost) {
  struct Step {
    double cost;
    std::int64_t order;
    Index3 to;
    std::uint32_t number;
    bool operator>(const Step& other) const {
      return cost != other.cost ? cost > other.cost : order > other.order;
    }
  };
  const Index3 shape = numbers.shape();
  const Neighbours neighbours(shape);
  const auto number_of = [&](const Index3& p) { return (p.z * shape.y + p.y) * shape.x + p.x; };
  Array3<double> least(shape, std::numeric_limits<double>::infinity());
  std::priority_queue<Step, std::vector<Step>, std::greater<>> steps;
  std::int64_t order = 0;
  const auto leave = [&](const Index3& from, double so_far, std::uint32_t number) {
    neighbours.each(from, number_of(from), [&](const Index3& to, std::int64_t at) {
      if (inside.data()[at] == 0 || numbers.data()[at] != 0) return;
      const double now = cost(so_far, from, to);
      if (!(now < least.data()[at])) return;
      least.data()[at] = now;
      steps.push({now, order++, to, number});
    });
  };
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        if (numbers(z, y, x) != 0) leave({z, y, x}, start, numbers(z, y, x));
      }
    }
  }
  while (!steps.empty()) {
    const Step step = steps.top();
    steps.pop();
    std::uint32_t& number = numbers.data()[number_of(step.to)];
    if (number != 0) continue;
    number = step.number;
    leave(step.to, step.cost, step.number);
  }
}

/// Length of the step between two neighbours' centres, in the grid's unit.
inline double step_length(const Index3& from, const Index3& to, const VoxelGrid& grid) {
  return std::hypot(static_cast<double>(to.z - from.z) * grid.spacing_z,
                    static_cast<double>(to.y - from.y) * grid.spacing_y,
                    static_cast<double>(to.x - from.x) * grid.spacing_x);
}

}  // namespace karyo
