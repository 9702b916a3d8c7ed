#include "core/segment/split_volume.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/segment/distance.h"
#include "core/segment/neighbours.h"

namespace karyo {
namespace {

struct Place {
  float height;
  std::int64_t voxel;
  /// The highest first.
  bool operator<(const Place& other) const {
    return height != other.height ? height > other.height : voxel < other.voxel;
  }
};

struct Basin {
  std::uint32_t parent;
  float peak;
};

}  // namespace

LabelArray split_volume(MaskView mask, const VoxelGrid& grid, const SplitOptions& options) {
  const double finest = std::min({grid.spacing_z, grid.spacing_y, grid.spacing_x});
  VoxelGrid scaled;
  scaled.spacing_z = grid.spacing_z / finest;
  scaled.spacing_y = grid.spacing_y / finest;
  scaled.spacing_x = grid.spacing_x / finest;
  return split_at_passes(euclidean_distance(mask, scaled), mask, options.tolerance);
}

LabelArray split_at_passes(const Array3<float>& heights, MaskView mask, double tolerance) {
  const Index3 shape = mask.shape();
  std::vector<Place> order;
  for (std::int64_t i = 0; i < shape.count(); ++i) {
    const Index3 p{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
    if (mask(p) != 0) order.push_back({heights.data()[i], i});
  }
  std::sort(order.begin(), order.end());

  // Voxels join from the peaks down. Where two basins meet, the one whose peak rises less than the
  // tolerance above the meeting place was no object of its own. A voxel between basins that stay
  // goes where it is steepest, so that the line between them runs down the notch.
  std::vector<Basin> basins{{0, 0}};
  const auto root = [&basins](std::uint32_t basin) {
    while (basins[basin].parent != basin) {
      basin = basins[basin].parent = basins[basins[basin].parent].parent;
    }
    return basin;
  };
  LabelArray labels(shape);
  const Neighbours neighbours(shape);
  for (const auto& [height, at] : order) {
    const Index3 p{at / (shape.y * shape.x), at / shape.x % shape.y, at % shape.x};
    std::uint32_t best = 0, home = 0;
    float highest = 0;
    std::array<std::uint32_t, 26> met{};
    std::size_t count = 0;
    neighbours.each(p, at, [&](const Index3&, std::int64_t beside) {
      if (labels.data()[beside] == 0) return;
      const std::uint32_t basin = root(labels.data()[beside]);
      if (best == 0 || basins[basin].peak > basins[best].peak) best = basin;
      if (home == 0 || heights.data()[beside] > highest) {
        home = basin;
        highest = heights.data()[beside];
      }
      met[count++] = basin;
    });
    if (best == 0) {
      best = home = static_cast<std::uint32_t>(basins.size());
      basins.push_back({best, height});
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t other = root(met[i]);
      if (other != best && basins[other].peak - height < tolerance) {
        basins[other].parent = best;
      }
    }
    labels.data()[at] = home;
  }

  std::vector<std::uint32_t> number(basins.size());
  std::uint32_t next = 0;
  for (auto& label : labels) {
    if (label == 0) continue;
    const std::uint32_t basin = root(label);
    if (number[basin] == 0) number[basin] = ++next;
    label = number[basin];
  }
  return labels;
}

}  // namespace karyo
