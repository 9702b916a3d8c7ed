#pragma once

/// A closed outline or surface around a place, found along rays: one radius for each direction,
/// chosen together so that neighbours agree.
///
/// Source  the minimum of data costs along rays and of neighbours' differences is sought by
///         min-sum belief propagation (Felzenszwalb & Huttenlocher, IJCV 70, 2006). On the ring of
///         a plane's directions that is dynamic programming around the circle.
/// Threads  pure, on the caller's thread.

#include <cstddef>
#include <vector>

#include "core/image/volume_view.h"
#include "core/image/world.h"

namespace karyo {

/// Directions of length 1 in the world, and for each the numbers of those beside it (mutual).
struct RayFan {
  std::vector<WorldPoint> directions;
  std::vector<std::vector<std::size_t>> beside;
  double angle = 0;  ///< about that of neighbours, in radians
};

/// `count` directions all around in a plane, or over the whole sphere (Fibonacci's lattice).
RayFan rays_in_plane(Plane plane, int count);
RayFan rays_in_space(int count);

/// The choice of one candidate (0 to candidates - 1) for each ray: least sum of costs[ray][k] and
/// of stiffness x (k - k')^2 over neighbours, which differ by at most `most_step`.
std::vector<std::size_t> smoothest(const RayFan& fan, const std::vector<std::vector<float>>& costs,
                                   float stiffness, std::size_t most_step);

/// How far the shape reaches in a direction (length 1), between the rays around it.
double reach_towards(const RayFan& fan, const std::vector<double>& radii,
                     const WorldPoint& direction);

}  // namespace karyo
