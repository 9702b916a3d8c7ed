#include "viewer/scene/camera.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace karyo {
namespace {

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
  camera.focus = box.centre();
  camera.turn(0.45, 0.5);
  // What the eight corners reach on screen, seen from the distance that fits the box's depth too.
  const World half = box.size() * 0.5;
  double reach_up = 1e-9, reach_side = 1e-9, reach_near = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const World p{(corner & 1) != 0 ? half.x : -half.x, (corner & 2) != 0 ? half.y : -half.y,
                  (corner & 4) != 0 ? half.z : -half.z};
    reach_up = std::max(reach_up, std::abs(dot(p, camera.down)));
    reach_side = std::max(reach_side, std::abs(dot(p, camera.right)));
    reach_near = std::max(reach_near, -dot(p, camera.forward));
  }
  const double tangent = std::tan(kViewAngleDegrees * std::numbers::pi / 360);
  const double needed = std::max(reach_up, reach_side / std::max(aspect, 0.05));
  constexpr double kMargin = 1.04;
  camera.height = 2 * kMargin * (needed + 0.6 * reach_near * tangent);
  return camera;
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

void Camera::pan(double to_the_right, double downwards) {
  focus = focus - right * (to_the_right * height) - down * (downwards * height);
}

void Camera::zoom(double factor) { height = std::clamp(height / factor, 1e-9, 1e12); }

World Camera::position() const {
  const double distance = height / 2 / std::tan(kViewAngleDegrees * std::numbers::pi / 360);
  return focus - forward * distance;
}

}  // namespace karyo
