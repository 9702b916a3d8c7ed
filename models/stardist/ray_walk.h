#pragma once

/// One ray's walk out of an object: what star_distances.cpp and its CUDA kernel have in common.

#include <cmath>
#include <cstdint>

#include "models/cuda/host_device.h"

namespace karyo::stardist {

/// A step or an offset, in pixels.
struct Direction {
  float z, y, x;
};

/// Distance from the start to where the walk stood after its last step: half a pixel back (measured
/// along the axis in which the ray moves faster).
KARYO_HOST_DEVICE inline float distance_2d(const Direction& at, const Direction& step) {
  const float faster_y = std::fabs(step.y), faster_x = std::fabs(step.x);
  const float back = 0.5f / (faster_y < faster_x ? faster_x : faster_y) - 1.f;
  const float y = at.y + back * step.y, x = at.x + back * step.x;
  return std::sqrt(y * y + x * x);
}

/// To the middle of the voxel that it stood in.
KARYO_HOST_DEVICE inline float distance_3d(const Direction& at, const Direction&) {
  const float z = std::rint(at.z), y = std::rint(at.y), x = std::rint(at.x);
  return std::sqrt(z * z + y * y + x * x);
}

/// Where the walk from voxel (z, y, x) stands after its first step outside: inside(z, y, x) tells
/// of any voxel, also beyond the image, whether it is of the object.
template <typename Inside>
KARYO_HOST_DEVICE Direction walk_out(std::int64_t z, std::int64_t y, std::int64_t x,
                                     const Direction& step, const Inside& inside) {
  Direction at{0, 0, 0};
  do {
    at = {at.z + step.z, at.y + step.y, at.x + step.x};
  } while (inside(static_cast<std::int64_t>(std::rint(static_cast<float>(z) + at.z)),
                  static_cast<std::int64_t>(std::rint(static_cast<float>(y) + at.y)),
                  static_cast<std::int64_t>(std::rint(static_cast<float>(x) + at.x))));
  return at;
}

}  // namespace karyo::stardist
