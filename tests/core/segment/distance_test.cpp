#include "core/segment/distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/random.h"

namespace karyo {
namespace {

TEST(EuclideanDistance, IsThatToTheNearestBackgroundVoxelInVolumesAndSlices) {
  Random random(8);
  for (int trial = 0; trial < 60; ++trial) {
    const Index3 shape{1 + random.below(5), 1 + random.below(9), 1 + random.below(9)};
    VoxelGrid grid;
    grid.spacing_z = random.uniform(0.5, 4);
    grid.spacing_y = random.uniform(0.3, 2);
    grid.spacing_x = random.uniform(0.3, 2);
    Mask mask(shape);
    const double density = trial % 10 == 0 ? 1 : random.uniform();
    for (auto& voxel : mask) voxel = random.uniform() < density ? 1 : 0;
    std::optional<Plane> plane;
    if (trial % 4 != 0) plane = kPlanes[static_cast<std::size_t>(trial % 3)];
    const Array3<float> distance = euclidean_distance(mask.view(), grid, plane);
    const auto place = [&](std::int64_t i) {
      return Index3{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
    };
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      double least = std::numeric_limits<double>::infinity();
      for (std::int64_t k = 0; k < shape.count(); ++k) {
        const Index3 off = place(i) - place(k);
        if (mask.data()[k] != 0 || (plane && along(off, normal_axis(*plane)) != 0)) continue;
        least = std::min(least, std::hypot(static_cast<double>(off.z) * grid.spacing_z,
                                           static_cast<double>(off.y) * grid.spacing_y,
                                           static_cast<double>(off.x) * grid.spacing_x));
      }
      if (std::isinf(least)) {
        EXPECT_TRUE(std::isinf(distance.data()[i])) << "trial " << trial;
      } else {
        EXPECT_NEAR(distance.data()[i], least, 1e-5 * (1 + least)) << "trial " << trial;
      }
    }
  }
}

}  // namespace
}  // namespace karyo
