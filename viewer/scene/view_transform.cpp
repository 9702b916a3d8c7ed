#include "viewer/scene/view_transform.h"

#include <algorithm>
#include <cmath>

namespace karyo {
namespace {

/// Voxels [first, last) of an axis that the screen's [0, pixels) shows.
struct Span {
  std::int64_t first, last;
};

Span span_shown(double from, double to, double spacing, std::int64_t extent) {
  const auto clip = [&](double place) {
    return std::clamp(place / spacing, 0.0, static_cast<double>(extent));
  };
  return {static_cast<std::int64_t>(std::floor(clip(from))),
          static_cast<std::int64_t>(std::ceil(clip(to)))};
}

int pixel_from(double place) {
  return static_cast<int>(std::clamp(place, -1e9, 1e9));
}

}  // namespace

ScreenRect ScreenRect::clipped_to(const ScreenRect& other) const {
  return {std::max(left, other.left), std::max(top, other.top), std::min(right, other.right),
          std::min(bottom, other.bottom)};
}

ScreenRect ScreenRect::united_with(const ScreenRect& other) const {
  if (empty()) return other;
  if (other.empty()) return *this;
  return {std::min(left, other.left), std::min(top, other.top), std::max(right, other.right),
          std::max(bottom, other.bottom)};
}

ViewTransform ViewTransform::of(const ViewState& state, Plane plane, int width, int height) {
  ViewTransform view{plane, state.view(plane).centre, state.view(plane).zoom, width, height,
                     state.slab()};
  view.centre[normal_axis(plane)] = state.cursor()[normal_axis(plane)];
  return view;
}

double ViewTransform::column_place(int i) const {
  return centre[horizontal_axis(plane)] + (i + 0.5 - width / 2.0) / zoom;
}

double ViewTransform::row_place(int j) const {
  return centre[vertical_axis(plane)] + (j + 0.5 - height / 2.0) / zoom;
}

WorldPoint ViewTransform::to_world(const ScreenPoint& point) const {
  WorldPoint place = centre;
  place[horizontal_axis(plane)] += (point.x - width / 2.0) / zoom;
  place[vertical_axis(plane)] += (point.y - height / 2.0) / zoom;
  return place;
}

ScreenPoint ViewTransform::to_screen(const WorldPoint& place) const {
  const Axis across = horizontal_axis(plane), down = vertical_axis(plane);
  return {(place[across] - centre[across]) * zoom + width / 2.0,
          (place[down] - centre[down]) * zoom + height / 2.0};
}

std::int64_t ViewTransform::slice(const VoxelGrid& grid) const {
  const Axis normal = normal_axis(plane);
  return voxel_along(centre[normal], grid, normal);
}

ScreenRect ViewTransform::rect_of(const Box3& box, const VoxelGrid& grid, int margin) const {
  const Axis normal = normal_axis(plane);
  const std::int64_t at = slice(grid);
  if (box.empty() || at < along(box.begin, normal) || at >= along(box.end, normal)) return {};
  const ScreenPoint begin = to_screen(far_corner(box.begin, grid));
  const ScreenPoint end = to_screen(far_corner(box.end, grid));
  // One pixel more on each side: the two directions of the mapping may round differently.
  return ScreenRect{pixel_from(std::floor(begin.x)) - margin - 1,
                    pixel_from(std::floor(begin.y)) - margin - 1,
                    pixel_from(std::ceil(end.x)) + margin + 1,
                    pixel_from(std::ceil(end.y)) + margin + 1}
      .clipped_to(viewport());
}

Box3 ViewTransform::visible_box(const Index3& shape, const VoxelGrid& grid) const {
  const WorldPoint from = to_world({0, 0});
  const WorldPoint to =
      to_world({static_cast<double>(width), static_cast<double>(height)});
  const auto span = [&](Axis axis) -> Span {
    const std::int64_t extent = along(shape, axis);
    if (axis == normal_axis(plane)) {
      const std::int64_t at = slice(grid);
      return at >= 0 && at < extent ? Span{at, at + 1} : Span{0, 0};
    }
    const double origin = origin_along(grid, axis);
    return span_shown(from[axis] - origin, to[axis] - origin, spacing_along(grid, axis), extent);
  };
  const Span z = span(Axis::kZ), y = span(Axis::kY), x = span(Axis::kX);
  return {{z.first, y.first, x.first}, {z.last, y.last, x.last}};
}

}  // namespace karyo
