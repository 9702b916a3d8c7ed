#pragma once

/// Which voxels lie in the tetrahedron of a polyhedron's centre and one of its faces: what
/// polyhedron_fill.cpp and the CUDA kernels have in common.
/// Source  stardist 0.9.2, inside_polyhedron.

#include <array>
#include <cmath>

#include "models/cuda/host_device.h"

namespace karyo::stardist {

/// (z, y, x) in voxels.
using Vertex = std::array<float, 3>;

/// Corners of the four sides of a tetrahedron, in the order that the reference takes them in.
struct Tetrahedron {
  const Vertex* sides[4][3];
};

KARYO_HOST_DEVICE inline Tetrahedron tetrahedron(const Vertex& r, const Vertex& a, const Vertex& b,
                                                 const Vertex& c) {
  return {{{&a, &b, &c}, {&r, &b, &a}, {&r, &c, &b}, {&r, &a, &c}}};
}

/// The sign decides; rounded as the reference rounds it.
KARYO_HOST_DEVICE inline bool inside_side(float z, float y, float x, const Vertex* const* side) {
  const float *p = side[0]->data(), *q = side[1]->data(), *r = side[2]->data();
  const float m00 = q[0] - p[0], m01 = q[1] - p[1], m02 = q[2] - p[2];
  const float m10 = r[0] - p[0], m11 = r[1] - p[1], m12 = r[2] - p[2];
  const float m20 = z - p[0], m21 = y - p[1], m22 = x - p[2];
  return m00 * (m11 * m22 - m21 * m12) - m01 * (m10 * m22 - m12 * m20) +
             m02 * (m10 * m21 - m11 * m20) >=
         0;
}

KARYO_HOST_DEVICE inline bool inside(float z, float y, float x, const Tetrahedron& body) {
  return inside_side(z, y, x, body.sides[0]) && inside_side(z, y, x, body.sides[1]) &&
         inside_side(z, y, x, body.sides[2]) && inside_side(z, y, x, body.sides[3]);
}

/// [begin, end) along z, y, x.
struct Extent {
  double begin[3], end[3];
};

/// The determinant above as a plane nz * z + ny * y + nx * x + c in double; the float32 value is
/// within `error` of it anywhere in a box.
struct Plane {
  double nz, ny, nx, c, error;
};

KARYO_HOST_DEVICE inline double larger_of(double a, double b) {
  return a < b ? b : a;
}
KARYO_HOST_DEVICE inline double smaller_of(double a, double b) {
  return b < a ? b : a;
}

KARYO_HOST_DEVICE inline Plane plane_of(const Vertex* const* side, const Extent& box) {
  const float *p = side[0]->data(), *q = side[1]->data(), *r = side[2]->data();
  double m0[3], m1[3], far[3];
  for (int k = 0; k < 3; ++k) {
    m0[k] = static_cast<double>(q[k] - p[k]);
    m1[k] = static_cast<double>(r[k] - p[k]);
    far[k] = larger_of(std::fabs(box.begin[k] - static_cast<double>(p[k])),
                       std::fabs(box.end[k] - static_cast<double>(p[k])));
  }
  Plane plane{};
  plane.nz = m0[1] * m1[2] - m0[2] * m1[1];
  plane.ny = m0[2] * m1[0] - m0[0] * m1[2];
  plane.nx = m0[0] * m1[1] - m0[1] * m1[0];
  plane.c = -(plane.nz * static_cast<double>(p[0]) + plane.ny * static_cast<double>(p[1]) +
              plane.nx * static_cast<double>(p[2]));
  // Six roundings of half a unit in the 24th bit, and twice that to be on the safe side.
  plane.error =
      0x1p-20 * (std::fabs(m0[0]) * (std::fabs(m1[1]) * far[2] + std::fabs(m1[2]) * far[1]) +
                 std::fabs(m0[1]) * (std::fabs(m1[0]) * far[2] + std::fabs(m1[2]) * far[0]) +
                 std::fabs(m0[2]) * (std::fabs(m1[0]) * far[1] + std::fabs(m1[1]) * far[0]));
  return plane;
}

/// Where the float32 test can hold: the corners' extent, wider by what rounding may move the
/// sides. False: anywhere in the box, as the tetrahedron is all but flat.
KARYO_HOST_DEVICE inline bool reach_of(const Tetrahedron& body, const Plane* planes, double* low,
                                       double* high) {
  const Vertex& r = *body.sides[1][0];
  double error = 0, width = 0;
  for (int s = 0; s < 4; ++s) error = larger_of(error, planes[s].error);
  for (int k = 0; k < 3; ++k) {
    low[k] = high[k] = static_cast<double>(r.data()[k]);
    for (const Vertex* v : body.sides[0]) {
      low[k] = smaller_of(low[k], static_cast<double>(v->data()[k]));
      high[k] = larger_of(high[k], static_cast<double>(v->data()[k]));
    }
    width = larger_of(width, high[k] - low[k]);
  }
  const Plane& face = planes[0];
  const float* at = r.data();
  const double volume6 = face.nz * static_cast<double>(at[0]) +
                         face.ny * static_cast<double>(at[1]) +
                         face.nx * static_cast<double>(at[2]) + face.c;
  const double slack = 1e-3 + 4 * error / volume6 * width;
  if (!(volume6 > 0) || !(slack < 1e6)) return false;
  for (int k = 0; k < 3; ++k) {
    low[k] = std::ceil(low[k] - slack);
    high[k] = std::floor(high[k] + slack) + 1;
  }
  return true;
}

}  // namespace karyo::stardist
