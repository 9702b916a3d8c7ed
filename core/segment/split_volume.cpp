#include "core/segment/split_volume.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/base/parallel.h"

namespace karyo {
namespace {

constexpr float kFar = std::numeric_limits<float>::max() / 4;

/// Squared distances along one line from those across it: lower envelope of parabolas
/// (Felzenszwalb & Huttenlocher, Theory of Computing 8, 2012).
class LineTransform {
 public:
  explicit LineTransform(std::int64_t longest)
      : values_(static_cast<std::size_t>(longest)), centres_(values_.size()),
        borders_(values_.size() + 1) {}

  void apply(float* line, std::int64_t count, std::int64_t stride, double spacing) {
    const double square = spacing * spacing;
    std::int64_t parabolas = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const double value = values_[std::size_t(i)] = line[i * stride];
      if (value >= kFar) continue;
      double border = -std::numeric_limits<double>::infinity();
      while (parabolas > 0) {
        const auto p = centres_[std::size_t(parabolas - 1)];
        border = ((value + square * double(i * i)) -
                  (values_[std::size_t(p)] + square * double(p * p))) /
                 (2 * square * double(i - p));
        if (border > borders_[std::size_t(parabolas - 1)]) break;
        --parabolas;
        border = -std::numeric_limits<double>::infinity();
      }
      centres_[std::size_t(parabolas)] = i;
      borders_[std::size_t(parabolas++)] = border;
    }
    if (parabolas == 0) return;
    std::int64_t k = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      while (k + 1 < parabolas && borders_[std::size_t(k + 1)] < double(i)) ++k;
      const auto p = centres_[std::size_t(k)];
      line[i * stride] = float(values_[std::size_t(p)] + square * double((i - p) * (i - p)));
    }
  }

 private:
  std::vector<double> values_;
  std::vector<std::int64_t> centres_;
  std::vector<double> borders_;
};

/// Distance to the nearest background voxel, in units of `spacing`.
Array3<float> distances(MaskView mask, const std::array<double, 3>& spacing) {
  const Index3 shape = mask.shape();
  Array3<float> out(shape);
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const std::uint8_t* row = mask.row(z, y);
      for (std::int64_t x = 0; x < shape.x; ++x) out(z, y, x) = row[x] == 0 ? 0 : kFar;
    }
  }
  const std::int64_t longest = std::max({shape.z, shape.y, shape.x});
  parallel_for(0, shape.z, 1, [&](std::int64_t first, std::int64_t last) {
    LineTransform transform(longest);
    for (std::int64_t z = first; z < last; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) transform.apply(&out(z, y, 0), shape.x, 1, spacing[2]);
      for (std::int64_t x = 0; x < shape.x; ++x) {
        transform.apply(&out(z, 0, x), shape.y, shape.x, spacing[1]);
      }
    }
  });
  parallel_for(0, shape.y, 1, [&](std::int64_t first, std::int64_t last) {
    LineTransform transform(longest);
    for (std::int64_t y = first; y < last; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        transform.apply(&out(0, y, x), shape.z, shape.y * shape.x, spacing[0]);
      }
    }
  });
  for (float& value : out) value = std::sqrt(value);
  return out;
}

struct Basin {
  std::uint32_t parent;
  float peak;
};

}  // namespace

LabelArray split_volume(MaskView mask, const VoxelGrid& grid, const SplitOptions& options) {
  const Index3 shape = mask.shape();
  const double finest = std::min({grid.spacing_z, grid.spacing_y, grid.spacing_x});
  const auto distance = distances(
      mask, {grid.spacing_z / finest, grid.spacing_y / finest, grid.spacing_x / finest});

  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < distance.count(); ++i) {
    if (distance.data()[i] > 0) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    const float da = distance.data()[a], db = distance.data()[b];
    return da != db ? da > db : a < b;
  });

  // Voxels join from the peaks down. Where two basins meet, the one whose peak rises less than the
  // tolerance above the meeting place was no object of its own.
  std::vector<Basin> basins{{0, 0}};
  const auto root = [&basins](std::uint32_t basin) {
    while (basins[basin].parent != basin) {
      basin = basins[basin].parent = basins[basins[basin].parent].parent;
    }
    return basin;
  };
  LabelArray labels(shape);
  const Box3 all = Box3::of_shape(shape);
  for (const std::int64_t at : order) {
    const Index3 p{at / (shape.y * shape.x), at / shape.x % shape.y, at % shape.x};
    const float height = distance.data()[at];
    std::uint32_t best = 0;
    std::array<std::uint32_t, 26> met{};
    std::size_t count = 0;
    for (std::int64_t i = 0; i < 27; ++i) {
      const Index3 q = p + Index3{i / 9 - 1, i / 3 % 3 - 1, i % 3 - 1};
      if (!all.contains(q) || labels(q.z, q.y, q.x) == 0) continue;
      const std::uint32_t basin = root(labels(q.z, q.y, q.x));
      if (best == 0 || basins[basin].peak > basins[best].peak) best = basin;
      met[count++] = basin;
    }
    if (best == 0) {
      best = static_cast<std::uint32_t>(basins.size());
      basins.push_back({best, height});
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t other = root(met[i]);
      if (other != best && basins[other].peak - height < options.tolerance) {
        basins[other].parent = best;
      }
    }
    labels.data()[at] = best;
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
