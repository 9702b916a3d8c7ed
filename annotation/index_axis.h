#pragma once

/// One coordinate of a place in voxels, to be changed; core's along() reads it.

#include <cstdint>

#include "core/image/world.h"

namespace karyo {

inline std::int64_t& coordinate(Index3& index, Axis axis) {
  return axis == Axis::kZ ? index.z : axis == Axis::kY ? index.y : index.x;
}

}  // namespace karyo
