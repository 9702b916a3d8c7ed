#include "annotation/flood_fill.h"

#include <gtest/gtest.h>

#include <deque>

#include "core/base/random.h"

namespace karyo {
namespace {

/// By breadth first search, one voxel after the other.
LabelArray filled(const LabelArray& start, Index3 seed, std::uint32_t label, bool whole,
                  Plane plane) {
  LabelArray labels = start;
  const Box3 all = Box3::of_shape(start.shape());
  const std::uint32_t alike = labels(seed.z, seed.y, seed.x);
  std::deque<Index3> open{seed};
  labels(seed.z, seed.y, seed.x) = label;
  while (!open.empty()) {
    const Index3 p = open.front();
    open.pop_front();
    for (const Index3& by : {Index3{1, 0, 0}, Index3{0, 1, 0}, Index3{0, 0, 1}}) {
      const Axis axis = by.z != 0 ? Axis::kZ : by.y != 0 ? Axis::kY : Axis::kX;
      if (!whole && axis == normal_axis(plane)) continue;
      for (const Index3& q : {p + by, p - by}) {
        if (!all.contains(q) || labels(q.z, q.y, q.x) != alike) continue;
        labels(q.z, q.y, q.x) = label;
        open.push_back(q);
      }
    }
  }
  return labels;
}

TEST(FloodFill, EqualsSearchVoxelByVoxel) {
  Random random(3);
  for (int trial = 0; trial < 120; ++trial) {
    const Index3 shape{1 + trial % 6, 20 + trial % 50, 30 + trial % 70};
    LabelArray start(shape);
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      start.data()[i] = random.uniform() < 0.62 ? 0u : 4u;
    }
    const Index3 seed{static_cast<std::int64_t>(random.uniform() * double(shape.z)),
                      static_cast<std::int64_t>(random.uniform() * double(shape.y)),
                      static_cast<std::int64_t>(random.uniform() * double(shape.x))};
    const bool whole = trial % 2 == 0;
    const Plane plane = kPlanes[static_cast<std::size_t>(trial % 3)];
    LabelVolume labels = LabelVolume::from_dense(start.view());
    LabelWriter writer(labels);
    const auto changed = flood_fill(writer, labels, seed, 9, whole, plane, {});
    ASSERT_TRUE(changed);
    const LabelArray expected = filled(start, seed, 9, whole, plane);
    ASSERT_TRUE(labels.to_dense() == expected) << trial;
    EXPECT_TRUE(changed->contains(seed));
  }
}

TEST(FloodFill, KeepsToItsRuleAndInside) {
  LabelVolume labels({1, 10, 10});
  LabelWriter writer(labels);
  writer.set({0, 5, 5}, 3);
  PaintRule keep;
  keep.over = PaintOver::kBackground;
  const auto none = flood_fill(writer, labels, {0, 5, 5}, 8, false, Plane::kXY, keep);
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
  EXPECT_EQ(labels.at({0, 5, 5}), 3u);
  EXPECT_FALSE(flood_fill(writer, labels, {0, 5, 10}, 8, false, Plane::kXY, keep));
}

}  // namespace
}  // namespace karyo
