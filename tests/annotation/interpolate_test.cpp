#include "annotation/interpolate.h"

#include <gtest/gtest.h>

#include <limits>

#include "annotation/index_axis.h"
#include "tests/annotation/labels_for_tests.h"

namespace karyo {
namespace {

/// Signed distance to the outline of an object in its own slice, by looking at every voxel of the
/// slice and of a margin around it.
double signed_distance(const LabelArray& labels, std::uint32_t id, Plane plane, Index3 p,
                       const VoxelGrid& grid) {
  const Box3 all = Box3::of_shape(labels.shape());
  const Axis across = horizontal_axis(plane), down = vertical_axis(plane);
  const auto is_object = [&](const Index3& q) { return all.contains(q) && labels.view()(q) == id; };
  const bool inside = is_object(p);
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t v = -1; v <= along(all.end, down); ++v) {
    for (std::int64_t h = -1; h <= along(all.end, across); ++h) {
      Index3 q = p;
      coordinate(q, across) = h;
      coordinate(q, down) = v;
      if (is_object(q) == inside) continue;
      const Index3 off = q - p;
      least = std::min(least, std::hypot(static_cast<double>(off.z) * grid.spacing_z,
                                         static_cast<double>(off.y) * grid.spacing_y,
                                         static_cast<double>(off.x) * grid.spacing_x));
    }
  }
  return inside ? least : -least;
}

TEST(InterpolateSlices, IsLinearInSignedDistancesAndKeepsOthers) {
  Random random(41);
  for (int trial = 0; trial < 30; ++trial) {
    const Plane plane = kPlanes[static_cast<std::size_t>(trial % 3)];
    const Axis normal = normal_axis(plane);
    Index3 shape{14, 14, 14};
    coordinate(shape, normal) = 9;
    const VoxelGrid grid = random_grid(random);
    LabelArray start(shape);
    for (std::int64_t i = 0; i < shape.count() / 6; ++i)
      start.data()[random.below(shape.count())] = 2;
    // Drawn in slices 1, 2 and 7 or 8.
    LabelArray drawn(shape);
    for (int ball = 0; ball < 3; ++ball) {
      const Index3 centre{random.below(shape.z), random.below(shape.y), random.below(shape.x)};
      add_ball(drawn, grid, centre, random.uniform(2, 7), 1);
    }
    const std::int64_t last = 7 + trial % 2;
    std::vector<bool> has(9, false);
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      const Index3 p{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
      const std::int64_t depth = along(p, normal);
      if ((depth != 1 && depth != 2 && depth != last) || drawn.data()[i] == 0) continue;
      start.data()[i] = 1;
      has[static_cast<std::size_t>(depth)] = true;
    }
    if (count_voxels(start, 1) == 0) continue;
    const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
      return *interpolate_slices(writer, labels, {1}, plane, grid, {});
    });
    const std::int64_t before = has[2] ? 2 : 1;
    const bool gap = (has[1] || has[2]) && has[static_cast<std::size_t>(last)];
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      const Index3 p{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
      const std::int64_t depth = along(p, normal);
      if (start.data()[i] != 0 || !gap || depth <= before || depth >= last) {
        ASSERT_EQ(after.data()[i], start.data()[i]);
        continue;
      }
      Index3 low = p, high = p;
      coordinate(low, normal) = before;
      coordinate(high, normal) = last;
      const double part = static_cast<double>(depth - before) / static_cast<double>(last - before);
      const double distance = (1 - part) * signed_distance(start, 1, plane, low, grid) +
                              part * signed_distance(start, 1, plane, high, grid);
      if (std::abs(distance) > 1e-5) {
        ASSERT_EQ(after.data()[i], distance > 0 ? 1U : 0U);
      }
    }
  }
}

TEST(InterpolateSlices, GoesFromASmallDiscToALargeOneStepByStep) {
  LabelArray start({11, 64, 80});
  LabelArray small({1, 64, 80}), large({1, 64, 80});
  add_ball(small, {}, {0, 30, 66}, 5, 8);
  add_ball(large, {}, {0, 30, 60}, 12, 8);
  std::copy(small.begin(), small.end(), &start(0, 0, 0));
  std::copy(large.begin(), large.end(), &start(10, 0, 0));
  const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
    return *interpolate_slices(writer, labels, {8}, Plane::kXY, {}, {});
  });
  std::int64_t last = 0;
  for (std::int64_t z = 0; z < 11; ++z) {
    const auto voxels = std::count(&after(z, 0, 0), &after(z, 63, 79) + 1, 8U);
    EXPECT_GT(voxels, last);
    last = voxels;
    EXPECT_EQ(after(z, 30, 66), 8U);
  }
  // A slice that is all object ends somewhere, too.
  LabelArray full({3, 8, 8});
  std::fill(&full(0, 0, 0), &full(0, 0, 0) + 64, 1U);
  full(2, 4, 4) = 1;
  LabelVolume labels = LabelVolume::from_dense(full.view());
  LabelWriter writer(labels);
  ASSERT_TRUE(interpolate_slices(writer, labels, {1}, Plane::kXY, {}, {}));
  EXPECT_EQ(labels.at({1, 4, 4}), 1U);
  EXPECT_EQ(labels.at({1, 0, 0}), 0U);
  EXPECT_TRUE(interpolate_slices(writer, labels, {1}, Plane::kXY, {}, {})->empty()) << "no gap";
  EXPECT_FALSE(interpolate_slices(writer, labels, {2}, Plane::kXY, {}, {}));
}

TEST(CopyToSlice, AddsToBackgroundOnly) {
  Random random(42);
  for (int trial = 0; trial < 60; ++trial) {
    const Index3 shape = trial_shape(trial);
    const LabelArray start = random_objects(random, shape, {}, 5);
    const Plane plane = kPlanes[static_cast<std::size_t>(trial % 3)];
    const Axis normal = normal_axis(plane);
    const std::int64_t from = random.below(along(shape, normal));
    const std::int64_t to = random.below(along(shape, normal));
    const std::uint32_t one = trial % 2 == 0 ? 0 : 2;
    PaintRule rule;
    if (trial % 3 == 0) rule.locked = {4};
    bool found = true;
    const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
      const auto box = copy_to_slice(writer, labels, {one}, plane, from, to, rule);
      found = box.has_value();
      return found ? *box : Box3{};
    });
    bool there = one == 0;
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      const Index3 p{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
      Index3 source = p;
      coordinate(source, normal) = from;
      const std::uint32_t id = start.view()(source);
      there |= id == one;
      const bool copied = along(p, normal) == to && start.data()[i] == 0 &&
                          (one == 0 || id == one) && !(trial % 3 == 0 && id == 4);
      ASSERT_EQ(after.data()[i], copied ? id : start.data()[i]);
    }
    EXPECT_EQ(found, there);
  }
  LabelVolume labels({3, 5, 5});
  LabelWriter writer(labels);
  EXPECT_FALSE(copy_to_slice(writer, labels, {0}, Plane::kXY, 2, 3, {}));
  EXPECT_FALSE(copy_to_slice(writer, labels, {0}, Plane::kXY, -1, 2, {}));
}

}  // namespace
}  // namespace karyo
