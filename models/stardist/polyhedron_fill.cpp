#include "models/stardist/polyhedron_fill.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace karyo::stardist {
namespace {

using Vertex = std::array<float, 3>;

/// Corners of the four sides of a tetrahedron, in the order that the reference takes them in.
struct Tetrahedron {
  std::array<std::array<const Vertex*, 3>, 4> sides;
};

Tetrahedron tetrahedron(const Vertex& r, const Vertex& a, const Vertex& b, const Vertex& c) {
  return {{{{&a, &b, &c}, {&r, &b, &a}, {&r, &c, &b}, {&r, &a, &c}}}};
}

/// The sign decides; rounded as the reference rounds it.
bool inside_side(float z, float y, float x, const std::array<const Vertex*, 3>& side) {
  const Vertex &p = *side[0], &q = *side[1], &r = *side[2];
  const float m00 = q[0] - p[0], m01 = q[1] - p[1], m02 = q[2] - p[2];
  const float m10 = r[0] - p[0], m11 = r[1] - p[1], m12 = r[2] - p[2];
  const float m20 = z - p[0], m21 = y - p[1], m22 = x - p[2];
  return m00 * (m11 * m22 - m21 * m12) - m01 * (m10 * m22 - m12 * m20) +
             m02 * (m10 * m21 - m11 * m20) >=
         0;
}

bool inside(float z, float y, float x, const Tetrahedron& body) {
  return inside_side(z, y, x, body.sides[0]) && inside_side(z, y, x, body.sides[1]) &&
         inside_side(z, y, x, body.sides[2]) && inside_side(z, y, x, body.sides[3]);
}

/// The determinant above as a plane nz * z + ny * y + nx * x + c in double; the float32 value is
/// within `error` of it anywhere in the box.
struct Plane {
  double nz, ny, nx, c, error;
};

Plane plane_of(const std::array<const Vertex*, 3>& side, const Box3& box) {
  const Vertex &p = *side[0], &q = *side[1], &r = *side[2];
  const auto minus = [](float a, float b) { return static_cast<double>(a - b); };
  const double m00 = minus(q[0], p[0]), m01 = minus(q[1], p[1]), m02 = minus(q[2], p[2]);
  const double m10 = minus(r[0], p[0]), m11 = minus(r[1], p[1]), m12 = minus(r[2], p[2]);
  Plane plane{};
  plane.nz = m01 * m12 - m02 * m11;
  plane.ny = m02 * m10 - m00 * m12;
  plane.nx = m00 * m11 - m01 * m10;
  plane.c = -(plane.nz * p[0] + plane.ny * p[1] + plane.nx * p[2]);
  const auto farthest = [](double at, std::int64_t begin, std::int64_t end) {
    return std::max(std::fabs(static_cast<double>(begin) - at),
                    std::fabs(static_cast<double>(end) - at));
  };
  const double dz = farthest(p[0], box.begin.z, box.end.z);
  const double dy = farthest(p[1], box.begin.y, box.end.y);
  const double dx = farthest(p[2], box.begin.x, box.end.x);
  // Six roundings of half a unit in the 24th bit, and twice that to be on the safe side.
  plane.error =
      std::ldexp(1.0, -20) * (std::fabs(m00) * (std::fabs(m11) * dx + std::fabs(m12) * dy) +
                              std::fabs(m01) * (std::fabs(m10) * dx + std::fabs(m12) * dz) +
                              std::fabs(m02) * (std::fabs(m10) * dy + std::fabs(m11) * dz));
  return plane;
}

/// Fills one tetrahedron after the other.
class Filler {
 public:
  Filler(const Box3& box, std::uint8_t* mask) : box_(box), size_(box.shape()), mask_(mask) {}

  void fill(const Tetrahedron& body) {
    for (std::size_t s = 0; s < 4; ++s) {
      const Plane& plane = planes_[s] = plane_of(body.sides[s], box_);
      // A side along x decides a row as a whole.
      inverse_[s] = std::fabs(plane.nx) > 1e-200 ? 1 / plane.nx : 0;
    }
    const Box3 part = reach(body);
    for (std::int64_t z = part.begin.z; z < part.end.z; ++z) {
      for (std::int64_t y = part.begin.y; y < part.end.y; ++y) fill_row(body, z, y);
    }
  }

 private:
  /// Where the float32 test can hold: the box of the corners, wider by what rounding may move its
  /// sides. Everywhere when it is all but flat.
  Box3 reach(const Tetrahedron& body) const {
    const Vertex& r = *body.sides[1][0];
    const auto& outer = body.sides[0];
    std::array<double, 3> low{r[0], r[1], r[2]}, high = low;
    for (const Vertex* v : outer) {
      for (std::size_t k = 0; k < 3; ++k) {
        low[k] = std::min<double>(low[k], (*v)[k]);
        high[k] = std::max<double>(high[k], (*v)[k]);
      }
    }
    const Plane& face = planes_[0];
    const double volume6 = face.nz * r[0] + face.ny * r[1] + face.nx * r[2] + face.c;
    double error = 0, width = 0;
    for (const Plane& plane : planes_) error = std::max(error, plane.error);
    for (std::size_t k = 0; k < 3; ++k) width = std::max(width, high[k] - low[k]);
    const double slack = 1e-3 + 4 * error / volume6 * width;
    if (!(volume6 > 0) || !(slack < 1e6)) return box_;
    const auto begin = [&](std::size_t k) {
      return static_cast<std::int64_t>(std::ceil(low[k] - slack));
    };
    const auto end = [&](std::size_t k) {
      return static_cast<std::int64_t>(std::floor(high[k] + slack)) + 1;
    };
    return Box3{{begin(0), begin(1), begin(2)}, {end(0), end(1), end(2)}}.clipped_to(box_);
  }

  void fill_row(const Tetrahedron& body, std::int64_t z, std::int64_t y) {
    const auto left = static_cast<double>(box_.begin.x),
               right = static_cast<double>(box_.end.x - 1);
    double first = left, last = right;            // where the test may hold
    double sure_first = left, sure_last = right;  // where it does
    for (std::size_t s = 0; s < 4; ++s) {
      const Plane& plane = planes_[s];
      const double at =
          plane.nz * static_cast<double>(z) + plane.ny * static_cast<double>(y) + plane.c;
      const double inverse = inverse_[s];
      if (inverse > 0) {
        first = std::max(first, (-at - plane.error) * inverse);
        sure_first = std::max(sure_first, (-at + plane.error) * inverse);
      } else if (inverse < 0) {
        last = std::min(last, (-at - plane.error) * inverse);
        sure_last = std::min(sure_last, (-at + plane.error) * inverse);
      } else {
        if (at < -plane.error) return;
        if (at <= plane.error) sure_last = left - 1;
      }
      if (first > last) return;
    }
    const auto begin = static_cast<std::int64_t>(std::ceil(first));
    const auto end = static_cast<std::int64_t>(std::floor(last)) + 1;
    if (begin >= end) return;
    auto sure_begin = static_cast<std::int64_t>(std::ceil(std::min(sure_first, right + 1)));
    auto sure_end = static_cast<std::int64_t>(std::floor(std::max(sure_last, left - 1))) + 1;
    if (sure_begin >= sure_end) sure_begin = sure_end = end;
    std::uint8_t* row = mask_ + ((z - box_.begin.z) * size_.y + (y - box_.begin.y)) * size_.x;
    const auto test = [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t x = from; x < to; ++x) {
        std::uint8_t& voxel = row[x - box_.begin.x];
        if (voxel != 0) continue;
        voxel = inside(static_cast<float>(z), static_cast<float>(y), static_cast<float>(x), body);
      }
    };
    test(begin, std::min(sure_begin, end));
    if (sure_begin < sure_end) {
      std::memset(row + (sure_begin - box_.begin.x), 1,
                  static_cast<std::size_t>(sure_end - sure_begin));
    }
    test(std::max(begin, sure_end), end);
  }

  const Box3 box_;
  const Index3 size_;
  std::uint8_t* mask_;
  std::array<Plane, 4> planes_{};
  std::array<double, 4> inverse_{};
};

}  // namespace

void Polyhedron::set(const std::array<float, 3>& at, const float* distances, const Rays3d& rays) {
  center = at;
  vertices.resize(rays.vertices.size());
  for (std::size_t k = 0; k < vertices.size(); ++k) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      vertices[k][axis] = at[axis] + distances[k] * rays.vertices[k][axis];
    }
  }
}

void fill_polyhedron(const Polyhedron& polyhedron, const std::vector<Triangle>& faces,
                     const Box3& box, std::uint8_t* mask) {
  if (box.empty()) return;
  Filler filler(box, mask);
  for (const Triangle& face : faces) {
    const auto corner = [&](std::size_t k) -> const Vertex& {
      return polyhedron.vertices[static_cast<std::size_t>(face[k])];
    };
    filler.fill(tetrahedron(polyhedron.center, corner(0), corner(1), corner(2)));
  }
}

void fill_polyhedron_reference(const Polyhedron& polyhedron, const std::vector<Triangle>& faces,
                               const Box3& box, std::uint8_t* mask) {
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      for (std::int64_t x = box.begin.x; x < box.end.x; ++x, ++mask) {
        for (const Triangle& face : faces) {
          const auto corner = [&](std::size_t k) -> const Vertex& {
            return polyhedron.vertices[static_cast<std::size_t>(face[k])];
          };
          if (!inside(static_cast<float>(z), static_cast<float>(y), static_cast<float>(x),
                      tetrahedron(polyhedron.center, corner(0), corner(1), corner(2)))) {
            continue;
          }
          *mask = 1;
          break;
        }
      }
    }
  }
}

}  // namespace karyo::stardist
