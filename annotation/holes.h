#pragma once

/// What an object encloses.

#include <cstdint>
#include <optional>

#include "core/image/world.h"
#include "core/segment/binary.h"

namespace karyo {

struct Holes {
  Mask mask;  ///< 1 in holes
  std::int64_t count = 0;
  std::int64_t voxels = 0;
};

/// Background that faces do not connect to the border of the mask, which therefore has a margin of
/// background around the object; with a plane, slice by slice, and along its normal no margin.
Holes find_holes(const Mask& mask, std::optional<Plane> plane);

/// A volume of one slice is a plane, whatever was asked for: else nothing in it is enclosed.
inline std::optional<Plane> plane_of_holes(const Index3& shape, std::optional<Plane> plane) {
  return shape.z == 1 && !plane ? std::optional(Plane::kXY) : plane;
}

}  // namespace karyo
