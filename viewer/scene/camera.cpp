#include "viewer/scene/camera.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace karyo {
namespace {

constexpr double kFarAway = 1e3;  // of the view's height

World normalized(World v) {
  const double length = std::sqrt(dot(v, v));
  return length > 0 ? v * (1 / length) : v;
}

/// Rodrigues' rotation about a unit axis.
World rotated(World v, World axis, double angle) {
  const double c = std::cos(angle), s = std::sin(angle);
  return v * c + cross(axis, v) * s + axis * (dot(axis, v) * (1 - c));
}

}  // namespace

double dot(World a, World b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
World cross(World a, World b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

WorldBox world_box(Index3 shape, const VoxelGrid& grid) {
  return {{0, 0, 0},
          {static_cast<double>(shape.x) * grid.spacing_x,
           static_cast<double>(shape.y) * grid.spacing_y,
           static_cast<double>(shape.z) * grid.spacing_z}};
}

Camera Camera::showing(const WorldBox& box, double aspect) {
  Camera camera;
  camera.turn(0.45, 0.5);
  camera.fit(box, aspect);
  return camera;
}

void Camera::look_along(World forward_axis, World down_axis) {
  forward = forward_axis;
  down = down_axis;
  right = cross(down, forward);
}

void Camera::fit(const WorldBox& box, double aspect) {
  focus = box.centre();
  const World half = box.size() * 0.5;
  const double tangent = std::tan(kViewAngleDegrees * std::numbers::pi / 360);
  // Every corner asks for a height: what it reaches on screen, and more the nearer it is.
  double half_height = 1e-9;
  for (int corner = 0; corner < 8; ++corner) {
    const World p{(corner & 1) != 0 ? half.x : -half.x, (corner & 2) != 0 ? half.y : -half.y,
                  (corner & 4) != 0 ? half.z : -half.z};
    const double reach =
        std::max(std::abs(dot(p, down)), std::abs(dot(p, right)) / std::max(aspect, 0.05));
    half_height = std::max(half_height, reach - (orthographic ? 0 : dot(p, forward) * tangent));
  }
  constexpr double kMargin = 1.04;
  height = 2 * kMargin * half_height;
}

void Camera::turn(double to_the_right, double downwards) {
  const auto turn_about = [this](World axis, double angle) {
    right = rotated(right, axis, angle);
    down = rotated(down, axis, angle);
    forward = rotated(forward, axis, angle);
  };
  turn_about(down, to_the_right);
  turn_about(right, downwards * -1);
  forward = normalized(forward);
  right = normalized(right - forward * dot(right, forward));
  down = cross(forward, right);
}

void Camera::turn_on_table(double angle) {
  const World along{std::abs(down.x), std::abs(down.y), std::abs(down.z)};
  World axis{0, 1, 0};
  if (along.x > along.y && along.x >= along.z) axis = {1, 0, 0};
  if (along.z > along.y && along.z > along.x) axis = {0, 0, 1};
  if (dot(axis, down) < 0) axis = axis * -1;
  right = rotated(right, axis, angle);
  down = rotated(down, axis, angle);
  forward = rotated(forward, axis, angle);
}

void Camera::pan(double to_the_right, double downwards) {
  focus = focus - right * (to_the_right * height) - down * (downwards * height);
}

void Camera::zoom(double factor) { height = std::clamp(height / factor, 1e-9, 1e12); }

Ray Camera::ray(double x_px, double y_px, int width_px, int height_px) const {
  const double per_pixel = height / std::max(1, height_px);
  const World on_focus = focus + right * ((x_px - width_px / 2.0) * per_pixel) +
                         down * ((y_px - height_px / 2.0) * per_pixel);
  // Parallel ones begin in front of everything.
  if (orthographic) return {on_focus - forward * kFarAway * height, forward};
  const World eye = position();
  return {eye, normalized(on_focus - eye)};
}

std::optional<std::array<double, 2>> Camera::project(World place, int width_px,
                                                     int height_px) const {
  const World from_focus = place - focus;
  double scale = height_px / height;
  if (!orthographic) {
    const double distance = height / 2 / std::tan(kViewAngleDegrees * std::numbers::pi / 360);
    const double depth = distance + dot(from_focus, forward);
    if (depth <= 0) return {};
    scale *= distance / depth;
  }
  return std::array<double, 2>{width_px / 2.0 + dot(from_focus, right) * scale,
                               height_px / 2.0 + dot(from_focus, down) * scale};
}

World Camera::position() const {
  const double distance = height / 2 / std::tan(kViewAngleDegrees * std::numbers::pi / 360);
  return focus - forward * distance;
}

}  // namespace karyo
