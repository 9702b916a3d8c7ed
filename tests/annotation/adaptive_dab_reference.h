#pragma once

/// adaptive_dab() as it is told in its header: voxel by voxel, with lists that are sorted.

#include <algorithm>
#include <cmath>
#include <deque>
#include <numbers>
#include <vector>

#include "annotation/adaptive_brush.h"
#include "annotation/index_axis.h"
#include "core/filters/smoothing.h"

namespace karyo::test {

inline float sorted_middle(std::vector<float> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Voxels of `from` that hang together by faces with one of `open` become `to`.
inline void spread_by_faces(Mask& mask, std::deque<Index3> open, std::uint8_t from,
                            std::uint8_t to) {
  const Box3 all = Box3::of_shape(mask.shape());
  while (!open.empty()) {
    const Index3 p = open.front();
    open.pop_front();
    if (!all.contains(p) || mask(p.z, p.y, p.x) != from) continue;
    mask(p.z, p.y, p.x) = to;
    for (const Index3& by : {Index3{1, 0, 0}, Index3{0, 1, 0}, Index3{0, 0, 1}}) {
      open.push_back(p + by);
      open.push_back(p - by);
    }
  }
}

/// Leaves the piece of `seed`, and fills what it encloses.
inline void keep_whole_piece(Mask& mask, const Index3& seed) {
  spread_by_faces(mask, {seed}, 255, 1);
  for (auto& voxel : mask) voxel = voxel == 1 ? 255 : 0;
  const Index3 shape = mask.shape();
  std::deque<Index3> border;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const bool at_end = (shape.z > 1 && (z == 0 || z == shape.z - 1)) ||
                            (shape.y > 1 && (y == 0 || y == shape.y - 1)) ||
                            (shape.x > 1 && (x == 0 || x == shape.x - 1));
        if (at_end) border.push_back({z, y, x});
      }
    }
  }
  spread_by_faces(mask, border, 0, 1);
  for (auto& voxel : mask) voxel = voxel == 1 ? 0 : 255;
}

inline PlacedMask adaptive_dab_reference(const ImagePart& image, const VoxelGrid& grid,
                                         const WorldPoint& at, const Brush& brush,
                                         const EdgeOptions& options) {
  const Index3 middle = voxel_at(at, grid);
  if (!image.box().contains(middle)) return {};
  double finest = 1e300;
  for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
    if (brush.ball || axis != normal_axis(brush.plane)) {
      finest = std::min(finest, spacing_along(grid, axis));
    }
  }
  const double sigma = options.sigma * finest;
  const auto box_within = [&](double radius) {
    Index3 by;
    for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
      const bool thin = !brush.ball && axis == normal_axis(brush.plane);
      coordinate(by, axis) =
          thin ? 0 : static_cast<std::int64_t>(radius / spacing_along(grid, axis) + 0.5);
    }
    return Box3{middle, middle + Index3{1, 1, 1}}.padded(by).clipped_to(image.box());
  };
  const Box3 box = box_within(brush.radius), wide = box_within(brush.radius + 4 * sigma);
  PerAxis by{sigma / grid.spacing_z, sigma / grid.spacing_y, sigma / grid.spacing_x};
  const Axis flat = normal_axis(brush.plane);
  if (!brush.ball) (flat == Axis::kZ ? by.z : flat == Axis::kY ? by.y : by.x) = 0;
  const auto raw = values_in(image, wide);
  const auto values = smoothed(values_in(image, image.box()), by);
  std::vector<float> differences{0};
  for (std::int64_t i = 1; i < raw.count(); ++i) {
    differences.push_back(std::abs(raw.data()[i] - raw.data()[i - 1]));
  }
  if (raw.count() > 1) differences.erase(differences.begin());
  const double noise = 1.4826 / std::numbers::sqrt2 * double{sorted_middle(differences)} *
                       noise_left(by, wide.shape());
  const auto value = [&](const Index3& p) {
    const Index3 q = p - image.box().begin;
    return values(q.z, q.y, q.x);
  };
  WorldPoint centre = at;
  if (!brush.ball) centre[flat] = centre_of(middle, grid)[flat];
  PlacedMask dab{Mask(box.shape()), box.begin};
  const auto each_voxel = [&](const auto& visit) {
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
          const Index3 p{z, y, x}, q = p - box.begin;
          visit(p, dab.voxels(q.z, q.y, q.x));
        }
      }
    }
  };
  std::vector<float> core{value(middle)}, all, off_middle, darker, brighter;
  each_voxel([&](const Index3& p, std::uint8_t& covered) {
    const WorldPoint place = centre_of(p, grid);
    const double dz = place.z - centre.z, dy = place.y - centre.y, dx = place.x - centre.x;
    const double distance = std::sqrt(dz * dz + dy * dy + dx * dx);
    if (distance > brush.radius && !(p == middle)) return;
    covered = 255;
    all.push_back(value(p));
    if (distance <= std::max(0.2 * brush.radius, 1.5 * finest)) core.push_back(value(p));
  });
  float usual = sorted_middle(core);
  for (const float one : core) off_middle.push_back(std::abs(one - usual));
  const double spread = std::max(noise, double{1.4826F * sorted_middle(off_middle)});
  const auto off = static_cast<float>(options.tolerance * spread);
  if (std::abs(value(middle) - usual) > off) usual = value(middle);
  for (const float one : all) {
    if (one < usual - off) darker.push_back(one);
    if (one > usual + off) brighter.push_back(one);
  }
  float low = -std::numeric_limits<float>::max(), high = std::numeric_limits<float>::max();
  if (!darker.empty()) low = std::min(usual - off, (usual + sorted_middle(darker)) / 2);
  if (!brighter.empty()) high = std::max(usual + off, (usual + sorted_middle(brighter)) / 2);
  each_voxel([&](const Index3& p, std::uint8_t& covered) {
    if (!(low <= value(p) && value(p) <= high)) covered = 0;
  });
  keep_whole_piece(dab.voxels, middle - box.begin);
  return dab;
}

}  // namespace karyo::test
