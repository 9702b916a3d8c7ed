#pragma once

/// Where the 3D view is looked at from. Plain values: the window edits them, any thread draws them.

#include <array>
#include <optional>

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

/// A line of sight; the direction has length 1.
struct Ray {
  World origin, direction;
  World at(double distance) const { return origin + direction * distance; }
};

/// A trackball. With `right`, `down`, `forward` along +x, +y, +z the 3D view looks as the XY plane
/// does: y runs down the screen and z away from the viewer.
struct Camera {
  World focus;                                        ///< the point turned about
  World right{1, 0, 0}, down{0, 1, 0}, forward{0, 0, 1};
  double height = 1;          ///< world height that fills the view at the focus
  bool orthographic = false;  ///< parallel lines of sight: far things are as large as near ones

  static constexpr double kViewAngleDegrees = 24;

  /// Shows the whole box, seen a little from above and from the left.
  static Camera showing(const WorldBox& box, double aspect_width_by_height);
  /// Seen along `forward` with `down` on screen, both of length 1 and at right angles.
  void look_along(World forward, World down);
  /// Comes to a distance and a focus that show the whole box.
  void fit(const WorldBox& box, double aspect_width_by_height);
  /// The line of sight through a place of a view of this size, in pixels from its upper left.
  Ray ray(double x_px, double y_px, int width_px, int height_px) const;
  /// Where a place is in a view of this size, in pixels from its upper left; none behind the eye.
  std::optional<std::array<double, 2>> project(World place, int width_px, int height_px) const;
  /// Turns about the focus: the near side follows the pointer. Angles in radians.
  void turn(double to_the_right, double downwards);
  /// As a turntable does: about the world's axis that is nearest to the screen's vertical.
  void turn_on_table(double angle);
  /// Moves the focus with the pointer, in fractions of the view's height.
  void pan(double to_the_right, double downwards);
  /// factor > 1 comes closer.
  void zoom(double factor);
  World position() const;

  friend bool operator==(const Camera&, const Camera&) = default;
};

}  // namespace karyo
