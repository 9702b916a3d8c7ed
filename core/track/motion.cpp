#include "core/track/motion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/track/point_grid.h"

namespace karyo {
namespace {

constexpr std::size_t kSampled = 4096;  // objects that a frame's drift is told by
constexpr std::size_t kNeighbours = 8;
constexpr double kNeighbourReach = 3;  // in spacings

/// Every n-th object, so that at most kSampled are looked at.
std::size_t step_of(std::size_t count) {
  return count / kSampled + 1;
}

}  // namespace

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double median_spacing(std::span<const std::vector<TrackObject>> frames) {
  std::vector<double> medians;
  for (const auto& frame : frames) {
    if (frame.size() < 2) continue;
    std::array<double, 3> low{INFINITY, INFINITY, INFINITY}, high{-INFINITY, -INFINITY, -INFINITY};
    for (const TrackObject& p : frame) {
      const std::array<double, 3> at{p.z, p.y, p.x};
      for (std::size_t d = 0; d < 3; ++d) {
        low[d] = std::min(low[d], at[d]);
        high[d] = std::max(high[d], at[d]);
      }
    }
    // What the spacing would be were the objects spread over their box.
    double room = 1, widest = 0;
    int axes = 0;
    for (std::size_t d = 0; d < 3; ++d) widest = std::max(widest, high[d] - low[d]);
    for (std::size_t d = 0; d < 3; ++d) {
      if (high[d] - low[d] <= widest / 1000) continue;
      room *= high[d] - low[d];
      ++axes;
    }
    if (axes == 0) continue;
    const double guess = std::pow(room / static_cast<double>(frame.size()), 1.0 / axes);
    const PointGrid grid(frame, guess);
    std::vector<double> nearest;
    for (std::size_t i = 0; i < frame.size(); i += step_of(frame.size())) {
      double best = INFINITY;
      for (double reach = guess; best == INFINITY && reach < 4 * widest + guess; reach *= 2) {
        grid.visit_near(frame[i].z, frame[i].y, frame[i].x, reach, [&](std::size_t j, double d) {
          if (j != i) best = std::min(best, d);
        });
      }
      if (best < INFINITY) nearest.push_back(std::sqrt(best));
    }
    medians.push_back(median_of(std::move(nearest)));
  }
  return median_of(std::move(medians));
}

Motion frame_drift(const std::vector<TrackObject>& earlier, const std::vector<TrackObject>& later,
                   double spacing, double reach) {
  const PointGrid grid(later, reach / 2);
  std::vector<TrackObject> moves;
  for (std::size_t i = 0; i < earlier.size(); i += step_of(earlier.size())) {
    const TrackObject& p = earlier[i];
    grid.visit_near(p.z, p.y, p.x, reach, [&](std::size_t j, double) {
      // A displacement is a point among displacements; how alike the two look is its weight.
      TrackObject move{later[j].z - p.z, later[j].y - p.y, later[j].x - p.x, 1, 0};
      if (p.brightness > 0 && later[j].brightness > 0) {
        const double change = std::log(later[j].brightness / p.brightness) / 0.2;
        move.size = std::exp(-change * change / 2);
      }
      moves.push_back(move);
    });
  }
  if (moves.empty()) return {};
  const double width = spacing / 3;
  const PointGrid votes(moves, width);
  // The densest place: of a sample, then moved to the mean around it.
  Motion best;
  double most = -1;
  const auto mean_around = [&](const Motion& at, Motion& mean) {
    double weight = 0;
    Motion sum;
    votes.visit_near(at.z, at.y, at.x, width, [&](std::size_t k, double) {
      weight += moves[k].size;
      sum.z += moves[k].size * moves[k].z;
      sum.y += moves[k].size * moves[k].y;
      sum.x += moves[k].size * moves[k].x;
    });
    if (weight > 0) mean = {sum.z / weight, sum.y / weight, sum.x / weight};
    return weight;
  };
  for (std::size_t k = 0; k < moves.size(); k += moves.size() / 2048 + 1) {
    Motion mean;
    const double weight = mean_around({moves[k].z, moves[k].y, moves[k].x}, mean);
    if (weight > most) {
      most = weight;
      best = mean;
    }
  }
  for (int round = 0; round < 5; ++round) mean_around(Motion(best), best);
  return best;
}

std::vector<Motion> neighbour_motion(const std::vector<TrackObject>& earlier,
                                     const std::vector<TrackObject>& later,
                                     const std::vector<std::int64_t>& from, const Motion& drift,
                                     double spacing) {
  std::vector<std::int64_t> to(earlier.size(), -1);
  for (std::size_t j = 0; j < from.size(); ++j) {
    if (from[j] < 0) continue;
    auto& there = to[static_cast<std::size_t>(from[j])];
    there = there == -1 ? static_cast<std::int64_t>(j) : -2;
  }
  const PointGrid grid(earlier, spacing * kNeighbourReach / 2);
  std::vector<Motion> motion(earlier.size(), drift);
  std::vector<std::pair<double, std::size_t>> near;
  for (std::size_t i = 0; i < earlier.size(); ++i) {
    const TrackObject& p = earlier[i];
    near.clear();
    grid.visit_near(p.z, p.y, p.x, spacing * kNeighbourReach, [&](std::size_t k, double d) {
      if (k != i && to[k] >= 0) near.emplace_back(d, k);
    });
    if (near.size() < 3) continue;
    const std::size_t count = std::min(near.size(), kNeighbours);
    std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(count), near.end());
    std::vector<double> z, y, x;
    for (std::size_t n = 0; n < count; ++n) {
      const TrackObject& a = earlier[near[n].second];
      const TrackObject& b = later[static_cast<std::size_t>(to[near[n].second])];
      z.push_back(b.z - a.z);
      y.push_back(b.y - a.y);
      x.push_back(b.x - a.x);
    }
    motion[i] = {median_of(std::move(z)), median_of(std::move(y)), median_of(std::move(x))};
  }
  return motion;
}

}  // namespace karyo
