#pragma once

/// Where one looks: cursor, time, and how each plane is framed. Shared by all views of a window.
///
/// The planes shown are those through the cursor. `centre` is the place in the middle of the
/// views; linked views share it and their zoom, so moving one moves the others.

#include <array>
#include <cstdint>

#include "core/base/signal.h"
#include "core/image/world.h"

namespace karyo {

enum class ViewLayoutKind {
  kFour,     ///< three planes and 3D
  kPlane,    ///< one plane
  kVolume,   ///< 3D alone
  kColumns,  ///< one plane several times, side by side
  kGrid,     ///< one plane, a cell for each layer
};

/// Framing of one plane.
struct PlaneView {
  double zoom = 1;    ///< screen pixels per world unit
  WorldPoint centre;  ///< in the middle of the view; the part along the plane's normal is not used
  friend bool operator==(const PlaneView&, const PlaneView&) = default;
};

/// Planes taken together to one picture, by their greatest, least or mean value.
enum class Projection { kMaximum, kMinimum, kMean };

/// A thick slice around the cursor. Labels show the plane at the cursor.
struct Slab {
  double thickness = 0;  ///< in the world's unit; up to one plane's spacing: a plain slice
  Projection projection = Projection::kMaximum;
  friend bool operator==(const Slab&, const Slab&) = default;
};

class ViewState {
 public:
  static constexpr double kLeastZoom = 1e-9, kGreatestZoom = 1e9;

  const WorldPoint& cursor() const { return cursor_; }
  void set_cursor(const WorldPoint& cursor);
  Index3 cursor_voxel(const VoxelGrid& grid) const { return voxel_at(cursor_, grid); }
  /// To the middle of a voxel.
  void set_cursor_voxel(const Index3& voxel, const VoxelGrid& grid) {
    set_cursor(centre_of(voxel, grid));
  }
  /// Moves the cursor by `steps` planes along the plane's normal, kept inside `extent` voxels of
  /// `grid`: what the wheel does.
  void scroll(Plane plane, std::int64_t steps, const Index3& extent, const VoxelGrid& grid);

  std::int64_t time() const { return time_; }
  void set_time(std::int64_t time);

  const PlaneView& view(Plane plane) const { return views_[static_cast<std::size_t>(plane)]; }
  /// In linked views the others follow.
  void set_zoom(Plane plane, double zoom);
  void set_centre(Plane plane, const WorldPoint& centre);
  /// Zooms about `fixed`, which stays where it is on the screen (the mouse's place).
  void zoom_about(Plane plane, double factor, const WorldPoint& fixed);
  /// Shows all of `extent` (world) in a view of this size, centred; no other view follows.
  void fit(Plane plane, const WorldPoint& extent, double width_px, double height_px);

  const Slab& slab() const { return slab_; }
  void set_slab(Slab slab);  ///< every plane's view changes

  bool linked() const { return linked_; }
  /// Linking takes over the framing of `leader`.
  void set_linked(bool linked, Plane leader = Plane::kXY);

  ViewLayoutKind layout() const { return layout_; }
  Plane maximised() const { return maximised_; }  ///< the plane of kPlane, kColumns and kGrid
  void set_layout(ViewLayoutKind layout, Plane maximised = Plane::kXY);

  Signal<> cursor_changed;
  Signal<> time_changed;
  Signal<Plane> view_changed;  ///< zoom, centre or slab, once for each plane that changed
  Signal<> layout_changed;

 private:
  void put(Plane plane, const PlaneView& view);

  WorldPoint cursor_;
  std::int64_t time_ = 0;
  std::array<PlaneView, 3> views_;
  Slab slab_;
  bool linked_ = true;
  ViewLayoutKind layout_ = ViewLayoutKind::kFour;
  Plane maximised_ = Plane::kXY;
};

}  // namespace karyo
