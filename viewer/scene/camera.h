#pragma once

/// Where the 3D view is looked at from. Plain values: the window edits them, any thread draws them.

#include <array>

#include "core/image/axes.h"
#include "core/image/voxel_grid.h"

namespace karyo {

/// A point or direction in the world: x, y, z in the grid's unit.
struct World {
  double x = 0, y = 0, z = 0;
  friend World operator+(World a, World b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend World operator-(World a, World b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend World operator*(World a, double s) { return {a.x * s, a.y * s, a.z * s}; }
  friend bool operator==(const World&, const World&) = default;
};
double dot(World a, World b);
World cross(World a, World b);

/// A box in the world, whose 0 is the corner of voxel (0, 0, 0) (core/image/world.h).
struct WorldBox {
  World low, high;
  World centre() const { return (low + high) * 0.5; }
  World size() const { return high - low; }
  friend bool operator==(const WorldBox&, const WorldBox&) = default;
};
WorldBox world_box(Index3 shape, const VoxelGrid& grid);

/// A trackball. With `right`, `down`, `forward` along +x, +y, +z the 3D view looks as the XY plane
/// does: y runs down the screen and z away from the viewer.
struct Camera {
  World focus;                                        ///< the point turned about
  World right{1, 0, 0}, down{0, 1, 0}, forward{0, 0, 1};
  double height = 1;                                  ///< world height that fills the view

  static constexpr double kViewAngleDegrees = 24;

  /// Shows the whole box, seen a little from above and from the left.
  static Camera showing(const WorldBox& box, double aspect_width_by_height);
  /// Turns about the focus: the near side follows the pointer. Angles in radians.
  void turn(double to_the_right, double downwards);
  /// Moves the focus with the pointer, in fractions of the view's height.
  void pan(double to_the_right, double downwards);
  /// factor > 1 comes closer.
  void zoom(double factor);
  World position() const;

  friend bool operator==(const Camera&, const Camera&) = default;
};

}  // namespace karyo
