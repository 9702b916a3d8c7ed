#pragma once

/// Screen position <-> world <-> voxel for one plane view: what the compositor, pickers, tools and
/// overlays all use, so that they agree to the pixel.
///
/// Screen positions are in physical pixels, (0, 0) the viewport's upper left corner, x to the
/// right, y down; the middle of pixel (i, j) is (i + 0.5, j + 0.5).

#include <cstdint>

#include "core/image/world.h"
#include "core/layers/view_state.h"

namespace karyo {

struct ScreenPoint {
  double x = 0, y = 0;
};

/// Half-open rectangle of screen pixels.
struct ScreenRect {
  int left = 0, top = 0, right = 0, bottom = 0;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
  bool empty() const { return right <= left || bottom <= top; }
  ScreenRect clipped_to(const ScreenRect& other) const;
  ScreenRect united_with(const ScreenRect& other) const;
  friend bool operator==(const ScreenRect&, const ScreenRect&) = default;
};

/// One plane on one viewport. Anisotropy needs nothing special: zoom is pixels per world unit, and
/// a voxel is as wide on screen as its spacing says.
struct ViewTransform {
  Plane plane = Plane::kXY;
  WorldPoint centre;  ///< at the middle of the viewport; along the normal: where the slice lies
  double zoom = 1;    ///< screen pixels per world unit, > 0
  int width = 0, height = 0;  ///< viewport in pixels
  Slab slab = {};
  friend bool operator==(const ViewTransform&, const ViewTransform&) = default;

  /// The plane through the state's cursor, framed and as thick as the state says.
  static ViewTransform of(const ViewState& state, Plane plane, int width, int height);

  ScreenRect viewport() const { return {0, 0, width, height}; }
  /// On the slice.
  WorldPoint to_world(const ScreenPoint& point) const;
  /// Of the place's projection onto the slice.
  ScreenPoint to_screen(const WorldPoint& place) const;
  /// The voxel under a screen position; may lie outside the volume.
  Index3 to_voxel(const ScreenPoint& point, const VoxelGrid& grid) const {
    return voxel_at(to_world(point), grid);
  }
  /// Number of the slice along the normal.
  std::int64_t slice(const VoxelGrid& grid) const;

  /// World coordinate, along the horizontal axis, of the middle of pixel column i; of row j.
  double column_place(int i) const;
  double row_place(int j) const;

  /// Pixels that show a voxel of `box`, with `margin` more on every side, inside the viewport;
  /// empty when the slice does not pass through the box.
  ScreenRect rect_of(const Box3& box, const VoxelGrid& grid, int margin = 0) const;
  /// The voxels of one slice that the viewport shows, clipped to `shape`: what the contrast of the
  /// visible plane is measured on.
  Box3 visible_box(const Index3& shape, const VoxelGrid& grid) const;
};

}  // namespace karyo
