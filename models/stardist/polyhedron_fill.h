#pragma once

/// Which voxels lie inside a star-convex polyhedron.

#include <array>
#include <cstdint>
#include <vector>

#include "core/image/axes.h"
#include "models/stardist/rays.h"

namespace karyo::stardist {

/// A polyhedron in the float32 numbers the reference computes with; (z, y, x) in voxels.
struct Polyhedron {
  std::array<float, 3> center{};
  std::vector<std::array<float, 3>> vertices;  ///< the ends of its rays

  /// Around `center`, ray k `distances[k]` long.
  void set(const std::array<float, 3>& at, const float* distances, const Rays3d& rays);
};

/// Sets mask (one byte a voxel of `box`, Z slowest) to 1 for the voxels of `box` inside the
/// polyhedron: those that one of the tetrahedra of centre and face holds, in float32; faces count
/// as inside. Other bytes are left. Equal    to fill_polyhedron_reference. Cost     rows that the
/// faces' tetrahedra meet: only voxels within rounding of a face are tested
///          one by one.
/// Source   stardist 0.9.2, inside_polyhedron.
void fill_polyhedron(const Polyhedron& polyhedron, const std::vector<Triangle>& faces,
                     const Box3& box, std::uint8_t* mask);

/// Every voxel against every face.
void fill_polyhedron_reference(const Polyhedron& polyhedron, const std::vector<Triangle>& faces,
                               const Box3& box, std::uint8_t* mask);

}  // namespace karyo::stardist
