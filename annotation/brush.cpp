#include "annotation/brush.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "annotation/index_axis.h"

namespace karyo {
namespace {

constexpr std::array kAxes{Axis::kZ, Axis::kY, Axis::kX};

constexpr double kSlack = 1 + 1e-12;  // of rounding, of squares

/// A place and how far the brush reaches there.
struct Stop {
  WorldPoint place;
  double radius = 0;
};

/// What a brush covers on a straight way, on which its radius changes evenly: the hull of the balls
/// at both ends.
class Way {
 public:
  Way(const Stop& from, const Stop& to) : from_(from.place), radius_(from.radius) {
    for (const Axis axis : kAxes) by_[axis] = to.place[axis] - from.place[axis];
    length2_ = by_.z * by_.z + by_.y * by_.y + by_.x * by_.x;
    grows_ = to.radius - from.radius;
    // Of two balls of which one holds the other the larger one is the hull.
    if (grows_ * grows_ >= length2_) {
      if (grows_ > 0) from_ = to.place;
      radius_ = std::max(from.radius, to.radius);
      length2_ = grows_ = 0;
    }
    if (grows_ != 0) leans_ = grows_ / std::sqrt(length2_ - grows_ * grows_);
  }

  bool covers(double z, double y, double x) const {
    const double dz = z - from_.z, dy = y - from_.y, dx = x - from_.x;
    double along = length2_ > 0 ? (dz * by_.z + dy * by_.y + dx * by_.x) / length2_ : 0.0;
    // The ball that comes nearest lies off the foot of the perpendicular, towards the thicker end.
    if (grows_ != 0) along += leans_ * off(dz, dy, dx, along) / std::sqrt(length2_);
    along = std::clamp(along, 0.0, 1.0);
    const double reach = radius_ + along * grows_;
    return off2(dz, dy, dx, along) <= reach * reach * kSlack;
  }

 private:
  double off2(double dz, double dy, double dx, double along) const {
    const double oz = dz - along * by_.z, oy = dy - along * by_.y, ox = dx - along * by_.x;
    return oz * oz + oy * oy + ox * ox;
  }
  double off(double dz, double dy, double dx, double along) const {
    return std::sqrt(off2(dz, dy, dx, along));
  }

  WorldPoint from_, by_;
  double length2_ = 0;
  double radius_ = 0, grows_ = 0;  // at the way's beginning, and by its end
  double leans_ = 0;               // steps along the way for one across it
};

struct Run {
  std::int64_t begin, end;
};

/// What of a row is inside, which is one run, as a way with a brush around it is convex. `near` is
/// the run of the row before: from there the ends are not far.
template <typename Inside>
std::optional<Run> run_inside(const Inside& inside, std::int64_t begin, std::int64_t end,
                              const Run& near) {
  std::int64_t first = near.begin;
  while (first < end && !inside(first)) ++first;
  if (first == end) {
    first = near.begin;
    while (first > begin && !inside(first - 1)) --first;
    if (first == begin) return std::nullopt;
    --first;
  }
  std::int64_t last = std::max(first, near.end - 1);
  while (last > first && !inside(last)) --last;
  while (last + 1 < end && inside(last + 1)) ++last;
  while (first > begin && inside(first - 1)) --first;
  return Run{first, last + 1};
}

}  // namespace

Box3 paint(LabelWriter& writer, const LabelVolume& labels, const VoxelGrid& grid,
           const WorldPoint& from, const WorldPoint& to, const Brush& brush) {
  // A disc lies in the plane of voxels it began in; what the hand is above or below is nothing to
  // it.
  const Axis normal = normal_axis(brush.plane);
  const auto centre = [&](std::int64_t i, Axis axis) {
    return origin_along(grid, axis) + (static_cast<double>(i) + 0.5) * spacing_along(grid, axis);
  };
  Stop a{from, brush.first_radius.value_or(brush.radius)}, b{to, brush.radius};
  Index3 first, last, voxel_a, voxel_b;
  for (const Axis axis : kAxes) {
    double &at_a = a.place[axis], &at_b = b.place[axis];
    coordinate(voxel_a, axis) = voxel_along(at_a, grid, axis);
    if (!brush.ball && axis == normal) {
      at_a = at_b = centre(coordinate(voxel_a, axis), axis);
      coordinate(first, axis) = coordinate(last, axis) = coordinate(voxel_a, axis);
    } else {
      coordinate(first, axis) = voxel_along(std::min(at_a - a.radius, at_b - b.radius), grid, axis);
      coordinate(last, axis) = voxel_along(std::max(at_a + a.radius, at_b + b.radius), grid, axis);
    }
    coordinate(voxel_b, axis) = voxel_along(at_b, grid, axis);
  }
  const Box3 box = Box3{first, last + Index3{1, 1, 1}}.clipped_to(Box3::of_shape(labels.shape()));
  if (box.empty()) return {};
  // One order for both directions, so that a stroke drawn backwards is the same stroke.
  if (std::array{b.place.z, b.place.y, b.place.x} < std::array{a.place.z, a.place.y, a.place.x}) {
    std::swap(a, b);
  }
  const Way way(a, b);
  Box3 changed;
  const auto put = [&](const Index3& p, std::int64_t count) {
    const auto [begin, end] = writer.set_row(p, count, brush.label, [&](std::uint32_t now) {
      return brush.rule.allows(now, brush.label);
    });
    if (begin < end) {
      changed = changed.united_with({{p.z, p.y, begin}, {p.z + 1, p.y + 1, end}});
    }
  };
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    Run run{box.begin.x, box.begin.x};
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      const double cz = centre(z, Axis::kZ), cy = centre(y, Axis::kY);
      const auto inside = [&](std::int64_t x) { return way.covers(cz, cy, centre(x, Axis::kX)); };
      const auto found = run_inside(inside, box.begin.x, box.end.x, run);
      if (!found) continue;
      run = *found;
      put({z, y, run.begin}, run.end - run.begin);
    }
  }
  for (const Index3& middle : {voxel_a, voxel_b}) {
    if (Box3::of_shape(labels.shape()).contains(middle)) put(middle, 1);
  }
  return changed;
}

}  // namespace karyo
