#include "models/stardist/polyhedron_fill.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "models/stardist/tetrahedron.h"

namespace karyo::stardist {
namespace {

Extent extent_of(const Box3& box) {
  const auto begin = box.begin, end = box.end;
  return {
      {static_cast<double>(begin.z), static_cast<double>(begin.y), static_cast<double>(begin.x)},
      {static_cast<double>(end.z), static_cast<double>(end.y), static_cast<double>(end.x)}};
}

/// Fills one tetrahedron after the other.
class Filler {
 public:
  Filler(const Box3& box, std::uint8_t* mask)
      : box_(box), extent_(extent_of(box)), size_(box.shape()), mask_(mask) {}

  void fill(const Tetrahedron& body) {
    for (std::size_t s = 0; s < 4; ++s) {
      const Plane& plane = planes_[s] = plane_of(body.sides[s], extent_);
      // A side along x decides a row as a whole.
      inverse_[s] = std::fabs(plane.nx) > 1e-200 ? 1 / plane.nx : 0;
    }
    const Box3 part = reach(body);
    for (std::int64_t z = part.begin.z; z < part.end.z; ++z) {
      for (std::int64_t y = part.begin.y; y < part.end.y; ++y) fill_row(body, z, y);
    }
  }

 private:
  Box3 reach(const Tetrahedron& body) const {
    double low[3], high[3];
    if (!reach_of(body, planes_.data(), low, high)) return box_;
    const auto index = [](const double* at) {
      return Index3{static_cast<std::int64_t>(at[0]), static_cast<std::int64_t>(at[1]),
                    static_cast<std::int64_t>(at[2])};
    };
    return Box3{index(low), index(high)}.clipped_to(box_);
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
  const Extent extent_;
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
