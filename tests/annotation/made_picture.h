#pragma once

/// Pictures of round nuclei for the tools that follow a picture.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/image/volume.h"
#include "core/image/world.h"

namespace karyo::test {

struct Ball {
  WorldPoint middle;
  double radius = 1, brightness = 100;
};

/// uint16: 20 with brighter balls (discs where the shape has one plane), their edges two of the
/// finest voxels wide, and normal noise.
inline Volume made_picture(Index3 shape, const VoxelGrid& grid, const std::vector<Ball>& balls,
                           double noise, Random& random) {
  Volume volume(VoxelType::kUInt16, {1, 1, shape.z, shape.y, shape.x}, grid);
  const double finest = std::min({grid.spacing_z, grid.spacing_y, grid.spacing_x});
  auto view = volume.view<std::uint16_t>();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const WorldPoint p = centre_of({z, y, x}, grid);
        double value = 20 + noise * random.normal();
        for (const Ball& ball : balls) {
          const double r =
              std::hypot(p.z - ball.middle.z, p.y - ball.middle.y, p.x - ball.middle.x);
          value += ball.brightness / (1 + std::exp(2 * (r - ball.radius) / finest));
        }
        view(z, y, x) = static_cast<std::uint16_t>(std::max(0.0, value));
      }
    }
  }
  return volume;
}

/// Of what `in` says of a voxel and what lies in the ball: shared voxels to all.
template <typename In>
double overlap_with(const Ball& ball, Index3 shape, const VoxelGrid& grid, const In& in) {
  std::int64_t both = 0, any = 0;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const WorldPoint p = centre_of({z, y, x}, grid);
        const bool truth = std::hypot(p.z - ball.middle.z, p.y - ball.middle.y,
                                      p.x - ball.middle.x) <= ball.radius;
        const bool found = in(Index3{z, y, x});
        both += truth && found ? 1 : 0;
        any += truth || found ? 1 : 0;
      }
    }
  }
  return static_cast<double>(both) / static_cast<double>(any);
}

}  // namespace karyo::test
