#include "core/segment/distance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/parallel.h"

namespace karyo {
namespace {

constexpr float kFar = std::numeric_limits<float>::max() / 4;

/// Squared distances along one line from those across it: lower envelope of parabolas.
class LineTransform {
 public:
  explicit LineTransform(std::int64_t longest)
      : values_(static_cast<std::size_t>(longest)),
        centres_(values_.size()),
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

}  // namespace

Array3<float> euclidean_distance(MaskView mask, const VoxelGrid& grid, std::optional<Plane> plane,
                                 int threads) {
  const Index3 shape = mask.shape();
  const auto measured = [&](Axis axis) {
    return along(shape, axis) > 1 && !(plane && normal_axis(*plane) == axis);
  };
  Array3<float> out(shape);
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const std::uint8_t* row = mask.row(z, y);
      for (std::int64_t x = 0; x < shape.x; ++x) out(z, y, x) = row[x] == 0 ? 0 : kFar;
    }
  }
  const std::int64_t longest = std::max({shape.z, shape.y, shape.x});
  const bool along_y = measured(Axis::kY), along_x = measured(Axis::kX);
  parallel_for(
      0, shape.z, 1,
      [&](std::int64_t first, std::int64_t last) {
        LineTransform transform(longest);
        for (std::int64_t z = first; z < last; ++z) {
          for (std::int64_t y = 0; along_x && y < shape.y; ++y) {
            transform.apply(&out(z, y, 0), shape.x, 1, grid.spacing_x);
          }
          for (std::int64_t x = 0; along_y && x < shape.x; ++x) {
            transform.apply(&out(z, 0, x), shape.y, shape.x, grid.spacing_y);
          }
        }
      },
      threads);
  if (measured(Axis::kZ)) {
    parallel_for(
        0, shape.y, 1,
        [&](std::int64_t first, std::int64_t last) {
          LineTransform transform(longest);
          for (std::int64_t y = first; y < last; ++y) {
            for (std::int64_t x = 0; x < shape.x; ++x) {
              transform.apply(&out(0, y, x), shape.z, shape.y * shape.x, grid.spacing_z);
            }
          }
        },
        threads);
  }
  for (float& value : out) {
    value = value < kFar ? std::sqrt(value) : std::numeric_limits<float>::infinity();
  }
  return out;
}

}  // namespace karyo
