#pragma once

/// Label images that look like nuclei: for property tests that need no files.

#include <cstdint>

#include "core/base/random.h"
#include "core/image/volume_view.h"

namespace karyo::test {

/// `count` overlapping ellipses of `radius` pixels (give or take a third) with ids 1..count, later
/// ones on top: some touch, some are cut by the image's edge, some are in pieces.
inline LabelArray random_blobs(std::int64_t height, std::int64_t width, int count, double radius,
                               Random& random) {
  LabelArray labels({1, height, width});
  for (int id = 1; id <= count; ++id) {
    const double cy = random.uniform(0, static_cast<double>(height));
    const double cx = random.uniform(0, static_cast<double>(width));
    const double ry = radius * random.uniform(0.67, 1.33), rx = radius * random.uniform(0.67, 1.33);
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        const double dy = (static_cast<double>(y) - cy) / ry;
        const double dx = (static_cast<double>(x) - cx) / rx;
        if (dy * dy + dx * dx <= 1) labels(0, y, x) = static_cast<std::uint32_t>(id);
      }
    }
  }
  return labels;
}

/// The same in a volume, ellipsoids.
inline LabelArray random_blobs_3d(Index3 shape, int count, double radius, Random& random) {
  LabelArray labels(shape);
  for (int id = 1; id <= count; ++id) {
    const double cz = random.uniform(0, static_cast<double>(shape.z));
    const double cy = random.uniform(0, static_cast<double>(shape.y));
    const double cx = random.uniform(0, static_cast<double>(shape.x));
    const double rz = radius * random.uniform(0.67, 1.33), ry = radius * random.uniform(0.67, 1.33),
                 rx = radius * random.uniform(0.67, 1.33);
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const double dz = (static_cast<double>(z) - cz) / rz;
          const double dy = (static_cast<double>(y) - cy) / ry;
          const double dx = (static_cast<double>(x) - cx) / rx;
          if (dz * dz + dy * dy + dx * dx <= 1) labels(z, y, x) = static_cast<std::uint32_t>(id);
        }
      }
    }
  }
  return labels;
}

}  // namespace karyo::test
