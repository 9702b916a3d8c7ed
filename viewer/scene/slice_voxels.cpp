#include "viewer/scene/slice_voxels.h"

#include <algorithm>

#include "viewer/scene/blend.h"

namespace karyo {
namespace {

constexpr std::int64_t kAround = 3;  // voxels beside the screen that interpolation reaches

std::vector<std::int64_t> visible_channels(const ImageLayer& layer) {
  std::vector<std::int64_t> visible;
  for (std::int64_t c = 0; c < layer.channel_count(); ++c) {
    if (layer.channel(c).visible) visible.push_back(c);
  }
  return visible;
}

void set_along(Box3& box, Axis axis, std::int64_t begin, std::int64_t end) {
  (axis == Axis::kZ ? box.begin.z : axis == Axis::kY ? box.begin.y : box.begin.x) = begin;
  (axis == Axis::kZ ? box.end.z : axis == Axis::kY ? box.end.y : box.end.x) = end;
}

}  // namespace

SliceVoxels::SliceVoxels(const ImageLayer& layer, const ViewTransform& view, const ScreenRect& part,
                         const VoxelGrid& layer_grid, std::int64_t time, VoxelRoom& room)
    : grid(layer_grid) {
  if (layer.pages()) {
    gather(layer, view, part, time, room);
    return;
  }
  const Volume& volume = *layer.shared_volume();
  extent = volume.shape().zyx();
  held = Box3::of_shape(extent);
  const std::size_t bytes = static_cast<std::size_t>(extent.count()) * bytes_of(volume.type());
  for (const std::int64_t c : visible_channels(layer)) {
    const std::int64_t number = layer.time_shown(time) * volume.shape().c + c;
    channels.push_back(volume.data() + static_cast<std::size_t>(number) * bytes);
  }
}

void SliceVoxels::gather(const ImageLayer& layer, const ViewTransform& view, const ScreenRect& part,
                         std::int64_t time, VoxelRoom& room) {
  const PagedImage& pages = *layer.pages();
  const int level = pages.level_for(view.plane, 1 / view.zoom, grid);
  const PixelLevel& of = pages.info().levels[static_cast<std::size_t>(level)];
  grid.spacing_z *= of.scale_z;
  grid.spacing_y *= of.scale_y;
  grid.spacing_x *= of.scale_x;
  extent = of.shape.zyx();

  const Axis across = horizontal_axis(view.plane), down = vertical_axis(view.plane);
  const Axis normal = normal_axis(view.plane);
  held = Box3::of_shape(extent);
  const auto narrow = [&](Axis axis, double from, double to) {
    const std::int64_t first = voxel_along(from, grid, axis) - kAround;
    const std::int64_t last = voxel_along(to, grid, axis) + kAround + 1;
    set_along(held, axis, std::clamp<std::int64_t>(first, 0, along(extent, axis)),
              std::clamp<std::int64_t>(last, 0, along(extent, axis)));
  };
  narrow(across, view.column_place(part.left), view.column_place(part.right - 1));
  narrow(down, view.row_place(part.top), view.row_place(part.bottom - 1));
  const PlaneRange planes =
      slab_range(view.slice(grid), slab_planes(view, grid), 0, along(extent, normal));
  set_along(held, normal, planes.first, std::max(planes.first, planes.last));

  const std::vector<std::int64_t> visible = visible_channels(layer);
  const std::size_t bytes =
      held.empty() ? 0
                   : static_cast<std::size_t>(held.shape().count()) * bytes_of(pages.info().type);
  room.resize(bytes * visible.size());
  for (std::size_t i = 0; i < visible.size(); ++i) {
    std::byte* const to = room.data() + i * bytes;
    channels.push_back(to);
    pages.gather(level, layer.time_shown(time), visible[i], held, to);
  }
}

}  // namespace karyo
