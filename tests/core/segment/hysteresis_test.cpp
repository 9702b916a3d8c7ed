#include "core/segment/hysteresis.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/random.h"

namespace karyo {
namespace {

/// Grows the strong voxels by one neighbourhood at a time, within the weak ones, until nothing
/// moves.
Mask plain_hysteresis(const Mask& weak, const Mask& strong, bool plane_by_plane) {
  const Index3 shape = weak.shape();
  Mask out(shape);
  for (bool moved = true; moved;) {
    moved = false;
    for (std::int64_t i = 0; i < weak.count(); ++i) {
      if (weak.data()[i] == 0 || out.data()[i] != 0) continue;
      const Index3 p{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
      bool reached = strong.data()[i] != 0;
      for (int n = 0; n < 27 && !reached; ++n) {
        const Index3 q = p + Index3{n / 9 - 1, n / 3 % 3 - 1, n % 3 - 1};
        if (!Box3::of_shape(shape).contains(q) || (plane_by_plane && q.z != p.z)) continue;
        reached = out(q.z, q.y, q.x) != 0;
      }
      if (!reached) continue;
      out.data()[i] = 255;
      moved = true;
    }
  }
  return out;
}

TEST(Hysteresis, KeepsThePiecesThatHoldAStrongVoxel) {
  Random random(5);
  for (int round = 0; round < 60; ++round) {
    const Index3 shape{1 + random.below(4), 1 + random.below(12), 1 + random.below(12)};
    Mask weak(shape), strong(shape);
    const double density = random.uniform(0, 0.6);
    for (std::int64_t i = 0; i < weak.count(); ++i) {
      weak.data()[i] = random.uniform() < density ? 1 : 0;
      strong.data()[i] = random.uniform() < 0.05 ? 255 : 0;  // not always weak as well
    }
    const bool planes = round % 2 == 1;
    EXPECT_EQ(hysteresis(weak.view(), strong.view(), planes),
              plain_hysteresis(weak, strong, planes));
  }
}

TEST(Hysteresis, NothingStrongLeavesNothing) {
  const Mask weak({2, 5, 5}, 255), none({2, 5, 5});
  EXPECT_EQ(hysteresis(weak.view(), none.view()), none);
  EXPECT_EQ(hysteresis(weak.view(), weak.view()), weak);
  EXPECT_EQ(hysteresis(Mask().view(), Mask().view()).count(), 0);
}

}  // namespace
}  // namespace karyo
