// Each operation against its definition, voxel by voxel.

#include "annotation/reshape.h"

#include <gtest/gtest.h>

#include <limits>

#include "annotation/index_axis.h"
#include "tests/annotation/labels_for_tests.h"

namespace karyo {
namespace {

std::vector<Index3> voxels_of(const LabelArray& labels, std::uint32_t id) {
  std::vector<Index3> voxels;
  const Index3 shape = labels.shape();
  for (std::int64_t i = 0; i < shape.count(); ++i) {
    if (labels.data()[i] != id) continue;
    voxels.push_back({i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x});
  }
  return voxels;
}

double distance(const Index3& a, const Index3& b, const VoxelGrid& grid) {
  return std::hypot(static_cast<double>(a.z - b.z) * grid.spacing_z,
                    static_cast<double>(a.y - b.y) * grid.spacing_y,
                    static_cast<double>(a.x - b.x) * grid.spacing_x);
}

/// Distance of every voxel to the nearest one that `wanted` is true for, in its slice of the plane.
template <typename Wanted>
Array3<double> distances(const LabelArray& labels, std::optional<Plane> plane,
                         const VoxelGrid& grid, const Wanted& wanted) {
  const Index3 shape = labels.shape();
  Array3<double> least(shape, std::numeric_limits<double>::infinity());
  const auto place = [&](std::int64_t i) {
    return Index3{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
  };
  for (std::int64_t k = 0; k < shape.count(); ++k) {
    if (!wanted(labels.data()[k])) continue;
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      if (plane && along(place(i), normal_axis(*plane)) != along(place(k), normal_axis(*plane))) {
        continue;
      }
      least.data()[i] = std::min(least.data()[i], distance(place(i), place(k), grid));
    }
  }
  return least;
}

std::optional<Plane> plane_of_trial(int trial) {
  if (trial % 4 == 3) return std::nullopt;
  return kPlanes[static_cast<std::size_t>(trial % 4)];
}

TEST(DilateAndErode, AreEuclideanInVolumesAndSlices) {
  Random random(51);
  for (int trial = 0; trial < 24; ++trial) {
    const Index3 shape = trial % 2 == 0 ? Index3{1, 30, 70} : Index3{7, 15, 18};
    const VoxelGrid grid = random_grid(random);
    const LabelArray start = random_objects(random, shape, grid, 4);
    if (count_voxels(start, 2) == 0) continue;
    const auto plane = plane_of_trial(trial / 2);
    const double radius = random.uniform(0.4, 3);
    PaintRule rule;
    if (trial % 3 == 0) rule.locked = {3};
    const LabelArray grown = changed_exactly(start, [&](auto& writer, auto& labels) {
      return *dilate_object(writer, labels, {2}, grid, radius, plane, rule);
    });
    const auto to_object = distances(start, plane, grid, [](std::uint32_t id) { return id == 2; });
    std::int64_t left_out = 0;
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      const bool near = to_object.data()[i] <= radius;
      const bool kept = trial % 3 == 0 && start.data()[i] == 3;
      if (std::abs(to_object.data()[i] - radius) < 1e-5) continue;
      if (!near || kept) {
        ASSERT_EQ(grown.data()[i], start.data()[i]) << "trial " << trial;
      } else {
        left_out += grown.data()[i] != 2 ? 1 : 0;
      }
    }
    // What a locked object cuts off.
    if (trial % 3 != 0) {
      EXPECT_EQ(left_out, 0) << "trial " << trial;
    }
    EXPECT_LE(count_pieces(grown, 2), count_pieces(start, 2));

    bool vanishes = false;
    const LabelArray shrunk = changed_exactly(start, [&](auto& writer, auto& labels) {
      const auto box = erode_object(writer, labels, {2}, grid, radius, plane, rule);
      vanishes = !box.has_value();
      return vanishes ? Box3{} : *box;
    });
    const auto to_outside = distances(start, plane, grid, [](std::uint32_t id) { return id != 2; });
    std::int64_t stays = 0;
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      const bool near = to_outside.data()[i] <= radius;
      stays += start.data()[i] == 2 && !near ? 1 : 0;
      if (vanishes || std::abs(to_outside.data()[i] - radius) < 1e-5) continue;
      ASSERT_EQ(shrunk.data()[i], start.data()[i] == 2 && near ? 0 : start.data()[i]);
    }
    if (vanishes) {
      EXPECT_EQ(stays, 0);
    }
  }
}

TEST(Dilate, KeepsOthersWhereTheRuleSaysSoAndDoesNotJumpThem) {
  LabelArray start({1, 20, 40});
  add_ball(start, {}, {0, 10, 10}, 4, 1);
  for (std::int64_t y = 0; y < 20; ++y) start(0, y, 16) = 2;  // a wall
  PaintRule keep;
  keep.over = PaintOver::kBackground;
  const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
    return *dilate_object(writer, labels, {1}, {}, 5, std::nullopt, keep);
  });
  EXPECT_EQ(count_voxels(after, 2), 20);
  EXPECT_EQ(after(0, 10, 15), 1U);
  EXPECT_EQ(after(0, 10, 17), 0U) << "behind the wall";
  LabelVolume labels = LabelVolume::from_dense(start.view());
  LabelWriter writer(labels);
  PaintRule locked;
  locked.locked = {1};
  EXPECT_FALSE(dilate_object(writer, labels, {1}, {}, 5, std::nullopt, locked));
  EXPECT_FALSE(dilate_object(writer, labels, {1}, {}, 0, std::nullopt, {}));
  EXPECT_FALSE(dilate_object(writer, labels, {3}, {}, 1, std::nullopt, {}));
  EXPECT_FALSE(dilate_object(writer, labels, {0}, {}, 1, std::nullopt, {}));
  EXPECT_FALSE(erode_object(writer, labels, {1}, {}, 50, std::nullopt, {})) << "nothing left";
  EXPECT_TRUE(labels.to_dense() == start);
  ASSERT_TRUE(dilate_object(writer, labels, {1}, {}, 1e300, std::nullopt, {}));
  EXPECT_EQ(count_voxels(labels.to_dense(), 1), 800);
}

TEST(Move, LosesWhatHasNoPlaceAndSaysHowMuch) {
  Random random(52);
  for (int trial = 0; trial < 80; ++trial) {
    const Index3 shape = trial_shape(trial);
    const LabelArray start = random_objects(random, shape, {}, 4);
    if (count_voxels(start, 3) == 0) continue;
    const Index3 by{random.below(3) - 1, random.below(15) - 7, random.below(15) - 7};
    LabelArray expected = start;
    std::int64_t lost = 0, placed = 0;
    for (const Index3& p : voxels_of(start, 3)) expected(p.z, p.y, p.x) = 0;
    for (const Index3& p : voxels_of(start, 3)) {
      const Index3 q = p + by;
      const bool goes = Box3::of_shape(shape).contains(q) &&
                        (start(q.z, q.y, q.x) == 0 || start(q.z, q.y, q.x) == 3);
      if (goes) expected(q.z, q.y, q.x) = 3;
      (goes ? placed : lost) += 1;
    }
    std::optional<MovedObject> moved;
    const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
      const auto result = move_object(writer, labels, {3}, by, {});
      moved = result ? std::optional(*result) : std::nullopt;
      return moved ? moved->box : Box3{};
    });
    ASSERT_EQ(moved.has_value(), placed > 0);
    EXPECT_TRUE(after == (moved ? expected : start));
    if (moved) {
      EXPECT_EQ(moved->lost, lost);
    }
  }
}

TEST(Smooth, TakesBumpsAwayAndKeepsObjectsAlive) {
  VoxelGrid grid;
  grid.spacing_z = 2;
  grid.spacing_y = grid.spacing_x = 0.5;
  LabelArray start({1, 60, 60});
  add_ball(start, grid, {0, 30, 30}, 8, 1);
  start(0, 30, 47) = 1;  // a bump on the right
  start(0, 14, 30) = 0;  // a dent at the top
  start(0, 5, 5) = 2;    // too small to be smoothed
  const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
    return *smooth_objects(writer, labels, {0}, grid, 0.75, std::nullopt, {});
  });
  EXPECT_EQ(after(0, 30, 47), 0U);
  EXPECT_EQ(after(0, 5, 5), 2U) << "would vanish";
  const auto before = static_cast<double>(count_voxels(start, 1));
  EXPECT_NEAR(static_cast<double>(count_voxels(after, 1)), before, 0.03 * before);
  LabelVolume labels = LabelVolume::from_dense(start.view());
  LabelWriter writer(labels);
  EXPECT_FALSE(smooth_objects(writer, labels, {2}, grid, 0.75, std::nullopt, {}));
  EXPECT_FALSE(smooth_objects(writer, labels, {1}, grid, 0, std::nullopt, {}));
  EXPECT_FALSE(smooth_objects(writer, labels, {1}, grid, 1e9, std::nullopt, {}));

  // At the border nothing is worn away.
  LabelArray half({1, 40, 40});
  for (std::int64_t y = 0; y < 20; ++y) {
    for (std::int64_t x = 0; x < 40; ++x) half(0, y, x) = 7;
  }
  LabelVolume whole = LabelVolume::from_dense(half.view());
  LabelWriter other(whole);
  EXPECT_TRUE(smooth_objects(other, whole, {7}, {}, 2, std::nullopt, {})->empty());
}

TEST(Smooth, IsAGaussianCutAtOneHalfInSlicesAndVolumes) {
  Random random(53);
  for (int trial = 0; trial < 8; ++trial) {
    const Index3 shape{7, 16, 17};
    const VoxelGrid grid = random_grid(random);
    LabelArray start(shape);
    // Away from the border, where mirroring would count.
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      const Index3 p{i / (16 * 17), i / 17 % 16, i % 17};
      const bool inner = p.y > 5 && p.y < 11 && p.x > 5 && p.x < 11;
      if (inner && random.uniform() < 0.7) start.data()[i] = 1;
    }
    const double sigma = 0.9 * std::min(grid.spacing_y, grid.spacing_x);
    const auto plane = std::optional(Plane::kXY);
    LabelVolume labels = LabelVolume::from_dense(start.view());
    LabelWriter writer(labels);
    ASSERT_TRUE(smooth_objects(writer, labels, {1}, grid, sigma, plane, {}));
    const auto weight = [&](std::int64_t off, double spacing) {
      const double at = static_cast<double>(off) * spacing / sigma;
      return std::exp(-0.5 * at * at);
    };
    double sum_y = 0, sum_x = 0;
    for (std::int64_t off = -9; off <= 9; ++off) {
      sum_y += weight(off, grid.spacing_y);
      sum_x += weight(off, grid.spacing_x);
    }
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      const Index3 p{i / (16 * 17), i / 17 % 16, i % 17};
      double value = 0;
      for (const Index3& q : voxels_of(start, 1)) {
        if (q.z != p.z) continue;
        value +=
            weight(q.y - p.y, grid.spacing_y) / sum_y * weight(q.x - p.x, grid.spacing_x) / sum_x;
      }
      if (std::abs(value - 0.5) > 1e-3) {
        ASSERT_EQ(labels.at(p) == 1, value > 0.5);
      }
    }
  }
}

/// By faces from the border of a margin around the image, one voxel after the other.
LabelArray filled_by_search(const LabelArray& start, std::uint32_t id, std::optional<Plane> plane) {
  const Index3 shape = start.shape();
  const Box3 wide = Box3::of_shape(shape).padded({1, 1, 1});
  Array3<std::uint8_t> outside(wide.shape());
  std::vector<Index3> open;
  const auto reach = [&](const Index3& p) {
    if (!wide.contains(p)) return;
    const bool inside = Box3::of_shape(shape).contains(p);
    if (inside && start(p.z, p.y, p.x) == id) return;
    std::uint8_t& seen = outside(p.z + 1, p.y + 1, p.x + 1);
    if (seen != 0) return;
    seen = 1;
    open.push_back(p);
  };
  for (std::int64_t z = -1; z <= shape.z; ++z) {
    for (std::int64_t y = -1; y <= shape.y; ++y) {
      for (std::int64_t x = -1; x <= shape.x; ++x) {
        // A slice has no margin above and below.
        Index3 p{z, y, x};
        if (plane) coordinate(p, normal_axis(*plane)) = 0;
        if (!Box3::of_shape(shape).contains(p)) reach({z, y, x});
      }
    }
  }
  while (!open.empty()) {
    const Index3 p = open.back();
    open.pop_back();
    for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
      if (plane && axis == normal_axis(*plane)) continue;
      for (const std::int64_t by : {-1, 1}) {
        Index3 q = p;
        coordinate(q, axis) += by;
        reach(q);
      }
    }
  }
  LabelArray filled = start;
  for (std::int64_t i = 0; i < shape.count(); ++i) {
    const Index3 p{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
    if (outside(p.z + 1, p.y + 1, p.x + 1) == 0) filled.data()[i] = id;
  }
  return filled;
}

TEST(FillHoles, EqualsSearchVoxelByVoxelInSlicesAndVolumes) {
  Random random(54);
  for (int trial = 0; trial < 60; ++trial) {
    const Index3 shape = trial % 2 == 0 ? Index3{1, 30, 70} : Index3{5, 9, 10};
    LabelArray start(shape);
    for (std::uint32_t& id : start) {
      const double dice = random.uniform();
      id = dice < 0.7 ? 1 : dice < 0.75 ? 2 : 0;
    }
    const std::optional<Plane> plane = trial % 2 == 0 ? std::nullopt : plane_of_trial(trial / 2);
    PaintRule keep;
    keep.over = PaintOver::kBackground;
    const LabelArray all = changed_exactly(start, [&](auto& writer, auto& labels) {
      return *fill_object_holes(writer, labels, {1}, plane, {});
    });
    const LabelArray background = changed_exactly(start, [&](auto& writer, auto& labels) {
      return *fill_object_holes(writer, labels, {1}, plane, keep);
    });
    const auto as_search = trial % 2 == 0 ? std::optional(Plane::kXY) : plane;
    const LabelArray expected = filled_by_search(start, 1, as_search);
    ASSERT_TRUE(all == expected) << "trial " << trial;
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      ASSERT_EQ(background.data()[i], start.data()[i] == 0 ? expected.data()[i] : start.data()[i]);
    }
  }
}

TEST(FillHoles, OfAllObjectsButThoseLocked) {
  LabelArray start({1, 70, 200});
  add_ball(start, {}, {0, 20, 20}, 8, 1);
  add_ball(start, {}, {0, 20, 20}, 3, 0);
  add_ball(start, {}, {0, 40, 120}, 9, 2);
  add_ball(start, {}, {0, 40, 120}, 4, 0);
  PaintRule rule;
  rule.locked = {2};
  const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
    return *fill_object_holes(writer, labels, {0}, std::nullopt, rule);
  });
  EXPECT_EQ(after(0, 20, 20), 1U);
  EXPECT_EQ(after(0, 40, 120), 0U);
}

}  // namespace
}  // namespace karyo
