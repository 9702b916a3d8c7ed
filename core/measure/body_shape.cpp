#include "core/measure/body_shape.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace karyo {
namespace {

constexpr std::array<Index3, kDirections> kSteps{{{0, 0, 1},
                                                  {0, 1, 0},
                                                  {1, 0, 0},
                                                  {0, 1, 1},
                                                  {0, 1, -1},
                                                  {1, 0, 1},
                                                  {1, 0, -1},
                                                  {1, 1, 0},
                                                  {1, -1, 0},
                                                  {1, 1, 1},
                                                  {1, 1, -1},
                                                  {1, -1, 1},
                                                  {1, -1, -1}}};
constexpr int kSphere = 20000;  // places on it: weights are right to a thousandth

using Vector = std::array<double, 3>;

Vector step_in_world(const Index3& step, const VoxelGrid& grid) {
  return {static_cast<double>(step.z) * grid.spacing_z,
          static_cast<double>(step.y) * grid.spacing_y,
          static_cast<double>(step.x) * grid.spacing_x};
}

double length(const Vector& v) {
  return std::hypot(v[0], v[1], v[2]);
}

}  // namespace

SurfaceMeter::SurfaceMeter(const VoxelGrid& grid) {
  std::array<Vector, kDirections> directions{};
  for (std::size_t k = 0; k < kDirections; ++k) {
    directions[k] = step_in_world(kSteps[k], grid);
    const double l = length(directions[k]);
    for (double& part : directions[k]) part /= l;
  }
  // Which direction is nearest, from places spread evenly over the sphere (golden spiral).
  std::array<double, kDirections> weight{};
  for (int i = 0; i < kSphere; ++i) {
    const double z = 1 - (2 * i + 1.0) / kSphere, r = std::sqrt(1 - z * z);
    const double turn = i * std::numbers::pi * (3 - std::sqrt(5.0));
    const Vector place{z, r * std::sin(turn), r * std::cos(turn)};
    std::size_t nearest = 0;
    double best = -1;
    for (std::size_t k = 0; k < kDirections; ++k) {
      const double along = std::abs(place[0] * directions[k][0] + place[1] * directions[k][1] +
                                    place[2] * directions[k][2]);
      if (along > best) best = along, nearest = k;
    }
    weight[nearest] += 1.0 / kSphere;
  }
  // A line in direction k stands for voxel volume / step length of area; four times the mean
  // projection is the surface, and a chord crosses it twice.
  const double voxel = grid.spacing_z * grid.spacing_y * grid.spacing_x;
  for (std::size_t k = 0; k < kDirections; ++k) {
    area_per_crossing_[k] = 4 * weight[k] * voxel / length(step_in_world(kSteps[k], grid)) / 2;
  }
}

double SurfaceMeter::surface(const Box3& box,
                             const std::function<bool(const Index3&)>& inside) const {
  const Index3 shape = box.shape();
  const auto at = [&](const Index3& p) {
    return static_cast<std::size_t>(((p.z - box.begin.z) * shape.y + p.y - box.begin.y) * shape.x +
                                    p.x - box.begin.x);
  };
  std::vector<char> body(static_cast<std::size_t>(shape.count()));
  std::array<std::int64_t, kDirections> crossings{};
  const auto each = [&](auto&& visit) {
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x) visit(Index3{z, y, x});
      }
    }
  };
  each([&](const Index3& p) { body[at(p)] = inside(p) ? 1 : 0; });
  each([&](const Index3& p) {
    if (body[at(p)] == 0) return;
    for (std::size_t k = 0; k < kDirections; ++k) {
      for (const Index3 next : {p + kSteps[k], p - kSteps[k]}) {
        if (!box.contains(next) || body[at(next)] == 0) ++crossings[k];
      }
    }
  });
  double area = 0;
  for (std::size_t k = 0; k < kDirections; ++k) {
    area += area_per_crossing_[k] * static_cast<double>(crossings[k]);
  }
  return area;
}

void BodyMoments::add(double z, double y, double x) {
  n += 1;
  sum[0] += z;
  sum[1] += y;
  sum[2] += x;
  products[0] += z * z;
  products[1] += y * y;
  products[2] += x * x;
  products[3] += z * y;
  products[4] += z * x;
  products[5] += y * x;
}

std::array<double, 3> ellipsoid_axes(const BodyMoments& m, const VoxelGrid& grid) {
  const double z = m.sum[0] / m.n, y = m.sum[1] / m.n, x = m.sum[2] / m.n;
  const auto own = [](double spacing) { return spacing * spacing / 12; };
  Eigen::Matrix3d covariance;
  covariance(0, 0) = m.products[0] / m.n - z * z + own(grid.spacing_z);
  covariance(1, 1) = m.products[1] / m.n - y * y + own(grid.spacing_y);
  covariance(2, 2) = m.products[2] / m.n - x * x + own(grid.spacing_x);
  covariance(0, 1) = covariance(1, 0) = m.products[3] / m.n - z * y;
  covariance(0, 2) = covariance(2, 0) = m.products[4] / m.n - z * x;
  covariance(1, 2) = covariance(2, 1) = m.products[5] / m.n - y * x;
  const Eigen::Vector3d parts =
      Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d>(covariance, Eigen::EigenvaluesOnly)
          .eigenvalues();
  const auto axis = [](double part) { return 2 * std::sqrt(5 * std::max(part, 0.0)); };
  return {axis(parts[2]), axis(parts[1]), axis(parts[0])};
}

}  // namespace karyo
