#pragma once

/// Places in the world, and the three planes it is cut along.
///
/// Voxel i of an axis covers origin + [i, i + 1) x spacing, so a volume that was not moved begins
/// at the world's corner and a voxel's centre lies at (i + 0.5) x spacing: layers of different
/// resolution share their edges.

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/image/axes.h"
#include "core/image/voxel_grid.h"

namespace karyo {

enum class Axis { kZ = 0, kY = 1, kX = 2 };

/// A position or size in the world, in the grid's unit.
struct WorldPoint {
  double z = 0, y = 0, x = 0;

  double& operator[](Axis axis) { return axis == Axis::kZ ? z : axis == Axis::kY ? y : x; }
  double operator[](Axis axis) const { return axis == Axis::kZ ? z : axis == Axis::kY ? y : x; }
  friend bool operator==(const WorldPoint&, const WorldPoint&) = default;
};

/// The planes as Fiji's orthogonal views show them: under XY lies XZ (x to the right, z down),
/// right of it YZ (z to the right, y down).
enum class Plane { kXY = 0, kXZ = 1, kYZ = 2 };
inline constexpr std::array<Plane, 3> kPlanes{Plane::kXY, Plane::kXZ, Plane::kYZ};

/// Axis to the right, axis down, and the axis one scrolls along.
constexpr Axis horizontal_axis(Plane plane) {
  return plane == Plane::kYZ ? Axis::kZ : Axis::kX;
}
constexpr Axis vertical_axis(Plane plane) {
  return plane == Plane::kXZ ? Axis::kZ : Axis::kY;
}
constexpr Axis normal_axis(Plane plane) {
  return plane == Plane::kXY ? Axis::kZ : plane == Plane::kXZ ? Axis::kY : Axis::kX;
}

inline std::int64_t along(const Index3& index, Axis axis) {
  return axis == Axis::kZ ? index.z : axis == Axis::kY ? index.y : index.x;
}
inline double spacing_along(const VoxelGrid& grid, Axis axis) {
  return axis == Axis::kZ ? grid.spacing_z : axis == Axis::kY ? grid.spacing_y : grid.spacing_x;
}
/// What the file calls the axis, else its letter.
inline std::string name_along(const AxisNames& names, Axis axis) {
  const std::string& said = axis == Axis::kZ ? names.z : axis == Axis::kY ? names.y : names.x;
  if (!said.empty()) return said;
  return axis == Axis::kZ ? "z" : axis == Axis::kY ? "y" : "x";
}
inline double origin_along(const VoxelGrid& grid, Axis axis) {
  return axis == Axis::kZ ? grid.origin_z : axis == Axis::kY ? grid.origin_y : grid.origin_x;
}

/// "xy", "xz", "yz".
constexpr const char* name_of(Plane plane) {
  return plane == Plane::kXY ? "xy" : plane == Plane::kXZ ? "xz" : "yz";
}
/// None for other names.
inline std::optional<Plane> plane_from(std::string_view name) {
  for (const Plane plane : kPlanes) {
    if (name == name_of(plane)) return plane;
  }
  return {};
}

/// Where a place lies among voxels: n is the lower edge of voxel n, n + 0.5 its middle.
inline double voxels_along(double place, const VoxelGrid& grid, Axis axis) {
  return (place - origin_along(grid, axis)) / spacing_along(grid, axis);
}
/// The place of the world that such numbers name.
inline WorldPoint world_place(const WorldPoint& voxels, const VoxelGrid& grid) {
  return {grid.origin_z + voxels.z * grid.spacing_z, grid.origin_y + voxels.y * grid.spacing_y,
          grid.origin_x + voxels.x * grid.spacing_x};
}

/// The voxel that holds a place; outside the volume too. Beyond 1e15 voxels, and for NaN, it is
/// one far outside.
inline std::int64_t voxel_along(double place, const VoxelGrid& grid, Axis axis) {
  constexpr double kFar = 1e15;
  const double voxel = std::floor(voxels_along(place, grid, axis));
  if (!(voxel > -kFar)) return -static_cast<std::int64_t>(kFar);
  return static_cast<std::int64_t>(voxel < kFar ? voxel : kFar);
}
inline Index3 voxel_at(const WorldPoint& place, const VoxelGrid& grid) {
  return {voxel_along(place.z, grid, Axis::kZ), voxel_along(place.y, grid, Axis::kY),
          voxel_along(place.x, grid, Axis::kX)};
}
inline WorldPoint centre_of(const Index3& voxel, const VoxelGrid& grid) {
  return {grid.origin_z + (static_cast<double>(voxel.z) + 0.5) * grid.spacing_z,
          grid.origin_y + (static_cast<double>(voxel.y) + 0.5) * grid.spacing_y,
          grid.origin_x + (static_cast<double>(voxel.x) + 0.5) * grid.spacing_x};
}
/// Size of a volume in the world.
inline WorldPoint world_size(const Index3& shape, const VoxelGrid& grid) {
  return {static_cast<double>(shape.z) * grid.spacing_z,
          static_cast<double>(shape.y) * grid.spacing_y,
          static_cast<double>(shape.x) * grid.spacing_x};
}
/// Where a volume ends in the world: the corner far from its origin.
inline WorldPoint far_corner(const Index3& shape, const VoxelGrid& grid) {
  const WorldPoint size = world_size(shape, grid);
  return {grid.origin_z + size.z, grid.origin_y + size.y, grid.origin_x + size.x};
}

}  // namespace karyo
