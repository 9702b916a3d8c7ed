#pragma once

/// Extents and boxes in the one order used everywhere: Z, Y, X (slowest to fastest).

#include <algorithm>
#include <array>
#include <cstdint>

namespace karyo {

/// A position or size in voxels.
struct Index3 {
  std::int64_t z = 0, y = 0, x = 0;

  friend bool operator==(const Index3&, const Index3&) = default;
  friend Index3 operator+(Index3 a, Index3 b) { return {a.z + b.z, a.y + b.y, a.x + b.x}; }
  friend Index3 operator-(Index3 a, Index3 b) { return {a.z - b.z, a.y - b.y, a.x - b.x}; }

  /// Number of voxels when taken as a size.
  std::int64_t count() const { return z * y * x; }
};

/// Half-open region [begin, end) in voxels.
struct Box3 {
  Index3 begin, end;

  friend bool operator==(const Box3&, const Box3&) = default;

  static Box3 of_shape(Index3 shape) { return {{0, 0, 0}, shape}; }
  Index3 shape() const { return end - begin; }
  bool empty() const { return end.z <= begin.z || end.y <= begin.y || end.x <= begin.x; }
  bool contains(Index3 p) const {
    return p.z >= begin.z && p.z < end.z && p.y >= begin.y && p.y < end.y && p.x >= begin.x &&
           p.x < end.x;
  }
  Box3 clipped_to(const Box3& other) const {
    return {
        {std::max(begin.z, other.begin.z), std::max(begin.y, other.begin.y),
         std::max(begin.x, other.begin.x)},
        {std::min(end.z, other.end.z), std::min(end.y, other.end.y), std::min(end.x, other.end.x)}};
  }
  /// The smallest box that holds both; an empty box adds nothing.
  Box3 united_with(const Box3& other) const {
    if (empty()) return other;
    if (other.empty()) return *this;
    return {
        {std::min(begin.z, other.begin.z), std::min(begin.y, other.begin.y),
         std::min(begin.x, other.begin.x)},
        {std::max(end.z, other.end.z), std::max(end.y, other.end.y), std::max(end.x, other.end.x)}};
  }
  Box3 padded(Index3 by) const { return {begin - by, end + by}; }
};

}  // namespace karyo
