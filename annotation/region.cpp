#include "annotation/region.h"

#include <algorithm>
#include <cmath>

#include "annotation/index_axis.h"

namespace karyo {
namespace {

constexpr double kMostRows = 1e6;

bool finite(const PointF& p) {
  return std::isfinite(p.x) && std::isfinite(p.y);
}

}  // namespace

Result<Box3> fill_region(LabelWriter& writer, const LabelVolume& labels, Plane plane,
                         const DepthRange& depths, std::span<const PathF> paths,
                         std::uint32_t label, const PaintRule& rule) {
  for (const PathF& path : paths) {
    if (!std::all_of(path.begin(), path.end(), finite)) {
      return Error(ErrorCode::kInvalidArgument, "a point of the region is not a finite number",
                   "Draw the region again.");
    }
  }
  const Index3 shape = labels.shape();
  const Axis horizontal = horizontal_axis(plane), vertical = vertical_axis(plane);
  const Axis normal = normal_axis(plane);
  const std::int64_t first = std::max<std::int64_t>(depths.begin, 0);
  const std::int64_t last = std::min(depths.end, along(shape, normal));
  Box3 changed;
  if (first >= last) return changed;
  const auto put = [&](const Index3& p, std::int64_t count) {
    const auto [begin, end] =
        writer.set_row(p, count, label, [&](std::uint32_t now) { return rule.allows(now, label); });
    if (begin < end) {
      changed = changed.united_with({{p.z, p.y, begin}, {p.z + 1, p.y + 1, end}});
    }
  };
  fill_paths(paths, along(shape, vertical), along(shape, horizontal),
             [&](std::int64_t v, std::int64_t begin, std::int64_t end) {
               Index3 p;
               coordinate(p, vertical) = v;
               coordinate(p, horizontal) = begin;
               coordinate(p, normal) = first;
               if (horizontal == Axis::kX) {
                 for (std::int64_t& depth = coordinate(p, normal); depth < last; ++depth) {
                   put(p, end - begin);
                 }
               } else {  // x is the depth
                 for (; p.z < end; ++p.z) put(p, last - first);
               }
             });
  return changed;
}

PathF rectangle_path(const PointF& corner, const PointF& opposite) {
  return {corner, {opposite.x, corner.y}, opposite, {corner.x, opposite.y}};
}

PathF ellipse_path(const PointF& corner, const PointF& opposite) {
  const double top = std::min(corner.y, opposite.y), bottom = std::max(corner.y, opposite.y);
  const double height = bottom - top, width = std::abs(opposite.x - corner.x);
  if (!finite(corner) || !finite(opposite) || !(height > 0 && width > 0) || height > kMostRows) {
    return {};
  }
  const double middle_x = (corner.x + opposite.x) / 2, middle_y = (top + bottom) / 2;
  PathF left, right;
  const auto add = [&](double y) {
    const double from_middle = std::clamp((y - middle_y) / (height / 2), -1.0, 1.0);
    const double reach = width / 2 * std::sqrt(1 - from_middle * from_middle);
    left.push_back({middle_x - reach, y});
    right.push_back({middle_x + reach, y});
  };
  add(top);
  for (double row = std::floor(top) + 0.5; row < bottom; ++row) {
    if (row > top) add(row);
  }
  add(bottom);
  left.insert(left.end(), right.rbegin(), right.rend());
  return left;
}

}  // namespace karyo
