#pragma once

/// For the pixels of a stretch of screen columns (or rows), the voxel each shows along one axis.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "viewer/scene/view_transform.h"

namespace karyo {

class AxisMap {
 public:
  static constexpr std::int32_t kOutside = -1;

  AxisMap() = default;
  /// Voxels from `begin` to `end` along `axis`, counted from `begin`. `place_of(pixel)` is the
  /// world coordinate of a pixel's middle, growing with the pixel.
  template <typename PlaceOf>
  AxisMap(int first_pixel, int last_pixel, const VoxelGrid& grid, Axis axis, std::int64_t begin,
          std::int64_t end, PlaceOf&& place_of)
      : first_(first_pixel) {
    voxels_.reserve(static_cast<std::size_t>(std::max(0, last_pixel - first_pixel)));
    for (int pixel = first_pixel; pixel < last_pixel; ++pixel) {
      const std::int64_t voxel = voxel_along(place_of(pixel), grid, axis);
      const bool inside = voxel >= begin && voxel < end;
      if (inside && covered_end_ == covered_begin_) covered_begin_ = pixel;
      if (inside) covered_end_ = pixel + 1;
      voxels_.push_back(inside ? static_cast<std::int32_t>(voxel - begin) : kOutside);
    }
  }

  std::int32_t operator[](int pixel) const {
    return voxels_[static_cast<std::size_t>(pixel - first_)];
  }
  const std::int32_t* from(int pixel) const { return voxels_.data() + (pixel - first_); }
  /// The pixels that show the volume, one unbroken stretch.
  int covered_begin() const { return covered_begin_; }
  int covered_end() const { return covered_end_; }

 private:
  int first_ = 0, covered_begin_ = 0, covered_end_ = 0;
  std::vector<std::int32_t> voxels_;
};

/// Both maps of a plane for the pixels of `part` and `margin` more on every side.
struct PlaneMap {
  AxisMap columns, rows;
  std::int64_t slice = 0;  ///< voxel along the normal, of the whole volume
  bool hit = false;        ///< the slice passes through the volume

  PlaneMap() = default;
  /// `held`: the voxels there are; columns and rows count from its corner.
  PlaneMap(const ViewTransform& view, const ScreenRect& part, int margin, const VoxelGrid& grid,
           const Box3& held)
      : columns(axis_map(part.left - margin, part.right + margin, grid, horizontal_axis(view.plane),
                         held, [&](int i) { return view.column_place(i); })),
        rows(axis_map(part.top - margin, part.bottom + margin, grid, vertical_axis(view.plane),
                      held, [&](int j) { return view.row_place(j); })),
        slice(view.slice(grid)),
        hit(slice >= along(held.begin, normal_axis(view.plane)) &&
            slice < along(held.end, normal_axis(view.plane))) {}

  /// Of a YZ plane: the voxels that its pixels show, one wide along X.
  Box3 seen_across() const {
    const AxisMap &z = columns, &y = rows;
    if (!hit || z.covered_begin() == z.covered_end() || y.covered_begin() == y.covered_end()) {
      return {};
    }
    return {{z[z.covered_begin()], y[y.covered_begin()], slice},
            Index3{z[z.covered_end() - 1], y[y.covered_end() - 1], slice} + Index3{1, 1, 1}};
  }

 private:
  template <typename PlaceOf>
  static AxisMap axis_map(int first, int last, const VoxelGrid& grid, Axis axis, const Box3& held,
                          PlaceOf&& place_of) {
    return {first, last, grid, axis, along(held.begin, axis), along(held.end, axis), place_of};
  }
};

/// A block of the part that is drawn: what one thread draws at a time, so that what its pixels
/// share is worked out once. Whole rows, where rows of the screen are rows in memory; nearly square
/// in YZ, where each pixel of a screen row comes from another place and rows beside each other
/// share pages. Few rows where each pixel is made of many planes: a block takes a few milliseconds.
struct Block {
  int left, right;  ///< pixel columns
  int top, bottom;  ///< pixel rows
  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

struct BlockSize {
  int columns, rows;
};
constexpr BlockSize block_size(Plane plane, int width, std::int64_t planes) {
  const int less = planes < 16 ? 1 : planes < 128 ? 4 : 8;
  return plane == Plane::kYZ ? BlockSize{128, 64 / less} : BlockSize{width, 16 / less};
}

}  // namespace karyo
