#include "core/layers/view_state.h"

#include <algorithm>

namespace karyo {

void ViewState::set_cursor(const WorldPoint& cursor) {
  if (cursor == cursor_) return;
  cursor_ = cursor;
  cursor_changed.emit();
}

void ViewState::scroll(Plane plane, std::int64_t steps, const Index3& extent,
                       const VoxelGrid& grid) {
  const Axis normal = normal_axis(plane);
  const std::int64_t last = std::max<std::int64_t>(0, along(extent, normal) - 1);
  const std::int64_t now =
      std::clamp<std::int64_t>(voxel_along(cursor_[normal], grid, normal), 0, last);
  WorldPoint cursor = cursor_;
  const std::int64_t next = std::clamp<std::int64_t>(now + steps, 0, last);
  cursor[normal] = centre_of({next, next, next}, grid)[normal];
  set_cursor(cursor);
}

void ViewState::set_slab(Slab slab) {
  slab.thickness = slab.thickness > 0 ? std::min(slab.thickness, 1e12) : 0;
  if (slab == slab_) return;
  slab_ = slab;
  for (const Plane plane : kPlanes) view_changed.emit(plane);
}

void ViewState::set_time(std::int64_t time) {
  time = std::max<std::int64_t>(0, time);
  if (time == time_) return;
  time_ = time;
  time_changed.emit();
}

void ViewState::put(Plane plane, const PlaneView& view) {
  auto& current = views_[static_cast<std::size_t>(plane)];
  if (view == current) return;
  current = view;
  view_changed.emit(plane);
}

void ViewState::set_zoom(Plane plane, double zoom) {
  zoom = zoom >= kLeastZoom ? std::min(zoom, kGreatestZoom) : kLeastZoom;
  for (const Plane other : kPlanes) {
    if (other == plane || linked_) put(other, {zoom, view(other).centre});
  }
}

void ViewState::set_centre(Plane plane, const WorldPoint& centre) {
  for (const Plane other : kPlanes) {
    if (other != plane && !linked_) continue;
    WorldPoint moved = view(other).centre;
    moved[horizontal_axis(plane)] = centre[horizontal_axis(plane)];
    moved[vertical_axis(plane)] = centre[vertical_axis(plane)];
    put(other, {view(other).zoom, moved});
  }
}

void ViewState::zoom_about(Plane plane, double factor, const WorldPoint& fixed) {
  const PlaneView before = view(plane);
  set_zoom(plane, before.zoom * factor);
  const double kept = before.zoom / view(plane).zoom;
  WorldPoint centre = before.centre;
  for (const Axis axis : {horizontal_axis(plane), vertical_axis(plane)}) {
    centre[axis] = fixed[axis] + (before.centre[axis] - fixed[axis]) * kept;
  }
  set_centre(plane, centre);
}

void ViewState::fit(Plane plane, const WorldPoint& extent, double width_px, double height_px) {
  const double zoom =
      std::min(width_px / extent[horizontal_axis(plane)], height_px / extent[vertical_axis(plane)]);
  put(plane, {zoom >= kLeastZoom ? std::min(zoom, kGreatestZoom) : kLeastZoom,
              {extent.z / 2, extent.y / 2, extent.x / 2}});
}

void ViewState::set_linked(bool linked, Plane leader) {
  linked_ = linked;
  if (!linked) return;
  const PlaneView framing = view(leader);
  set_zoom(leader, framing.zoom);
  set_centre(leader, framing.centre);
}

void ViewState::set_layout(ViewLayoutKind layout, Plane maximised) {
  if (layout == layout_ && maximised == maximised_) return;
  layout_ = layout;
  maximised_ = maximised;
  layout_changed.emit();
}

}  // namespace karyo
