#include "annotation/split.h"

#include <gtest/gtest.h>

#include <set>

#include "annotation/index_axis.h"
#include "tests/annotation/labels_for_tests.h"

namespace karyo {
namespace {

/// What holds for every split: only voxels of the object changed, all of them are the object's or a
/// new one's, and new numbers were free.
void expect_parts(const LabelArray& start, const LabelArray& after, std::uint32_t id,
                  const std::vector<std::uint32_t>& new_ids) {
  for (std::int64_t i = 0; i < start.count(); ++i) {
    const std::uint32_t was = start.data()[i], now = after.data()[i];
    if (was != id) {
      ASSERT_EQ(now, was) << "another object changed";
    } else if (now != id) {
      ASSERT_TRUE(std::find(new_ids.begin(), new_ids.end(), now) != new_ids.end());
    }
  }
  for (const std::uint32_t made : new_ids) {
    EXPECT_EQ(count_voxels(start, made), 0) << "a number in use was given again";
    EXPECT_GT(count_voxels(after, made), 0);
    EXPECT_LE(count_voxels(after, made), count_voxels(after, id));
  }
}

TEST(CutAlong, HalvesADiscInEachPlaneWithoutAGap) {
  for (const Plane plane : kPlanes) {
    const Axis across = horizontal_axis(plane), normal = normal_axis(plane);
    LabelArray start({31, 31, 31});
    add_ball(start, {}, {15, 15, 15}, 11, 6);
    start(2, 2, 2) = 7;  // in use
    // A slanting line from outside to outside, a third of the way along the horizontal axis.
    const CutStroke stroke{plane, 15, {{9, -4}, {12, 40}}, false};
    std::vector<std::uint32_t> ids;
    const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
      const auto change = cut_along(writer, labels, {6}, stroke, 7, {});
      ids = change->ids;
      return change->box;
    });
    ASSERT_EQ(ids, std::vector<std::uint32_t>{8});
    expect_parts(start, after, 6, ids);
    for (std::int64_t i = 0; i < start.count(); ++i) {
      const Index3 p{i / (31 * 31), i / 31 % 31, i % 31};
      if (after.data()[i] != 8) continue;
      EXPECT_EQ(along(p, normal), 15) << "this plane only";
      EXPECT_LE(along(p, across), 12);
    }
    CutStroke through = stroke;
    through.whole_stack = true;
    const LabelArray halves = changed_exactly(start, [&](auto& writer, auto& labels) {
      const auto change = cut_along(writer, labels, {6}, through, 7, {});
      ids = change->ids;
      return change->box;
    });
    ASSERT_EQ(ids.size(), 1U);
    expect_parts(start, halves, 6, ids);
    EXPECT_EQ(count_pieces(halves, 6), 1U);
    EXPECT_EQ(count_pieces(halves, 8), 1U);
  }
}

TEST(CutAlong, ChangesNothingWhereNothingIsSeparated) {
  LabelArray start({1, 40, 40});
  add_ball(start, {}, {0, 20, 20}, 12, 1);
  start(0, 2, 2) = 1;  // a piece of its own that no stroke touches
  PaintRule locked;
  locked.locked = {1};
  const std::vector<PathF> strokes{
      {{20.5, -3}, {20.5, 25}},                      // ends inside
      {{1, 30}, {5, 38}},                            // passes by
      {{20.5, 20.5}},                                // a point
      {{0, 0}, {39.9, 0}, {39.9, 39.9}, {0, 39.9}},  // round it
  };
  for (const PathF& path : strokes) {
    for (const std::uint32_t id : {0U, 1U}) {
      LabelVolume labels = LabelVolume::from_dense(start.view());
      LabelWriter writer(labels);
      const auto change = cut_along(writer, labels, {id}, {Plane::kXY, 0, path, true}, 2, {});
      ASSERT_TRUE(change);
      EXPECT_TRUE(change->box.empty());
      EXPECT_TRUE(change->ids.empty());
    }
  }
  LabelVolume labels = LabelVolume::from_dense(start.view());
  LabelWriter writer(labels);
  const CutStroke through{Plane::kXY, 0, {{20, -3}, {20, 50}}, true};
  EXPECT_FALSE(cut_along(writer, labels, {1}, through, 2, locked)) << "locked";
  EXPECT_TRUE(cut_along(writer, labels, {0}, through, 2, locked)->ids.empty());
  EXPECT_TRUE(cut_along(writer, labels, {9}, through, 2, {})->ids.empty()) << "no such object";
  EXPECT_TRUE(
      cut_along(writer, labels, {1}, {Plane::kXY, 7, through.path, false}, 2, {})->box.empty())
      << "no such slice";
  EXPECT_FALSE(cut_along(writer, labels, {1}, {}, 2, {})) << "no path";
  EXPECT_FALSE(cut_along(writer, labels, {1}, {Plane::kXY, 0, {{1e30, 0}}, true}, 2, {}));
}

TEST(CutAlong, FindsAnObjectFarBeyondTheStroke) {
  LabelArray start({1, 90, 700});
  for (std::int64_t x = 5; x < 690; ++x) start(0, 40 + x % 2, x) = start(0, 41, x) = 3;
  start(0, 3, 3) = 3;
  const CutStroke stroke{Plane::kXY, 0, {{200, 30}, {203, 50}}, false};
  for (const ObjectAt& object :
       {ObjectAt{0, {}}, ObjectAt{3, {}}, ObjectAt{3, {{}, {1, 90, 700}}}}) {
    const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
      return cut_along(writer, labels, object, stroke, 4, {})->box;
    });
    EXPECT_EQ(after(0, 41, 5), 4U);
    EXPECT_EQ(after(0, 41, 689), 3U);
    EXPECT_EQ(after(0, 3, 3), 3U);
    EXPECT_EQ(count_pieces(after, 4), 1U);
  }
}

TEST(CutAlong, RandomStrokesKeepTheRulesOfSplits) {
  Random random(31);
  int cuts = 0;
  for (int trial = 0; trial < 150; ++trial) {
    const Index3 shape = trial_shape(trial);
    const LabelArray start = random_objects(random, shape, {}, 5);
    CutStroke stroke;
    stroke.plane = kPlanes[static_cast<std::size_t>(trial % 3)];
    stroke.whole_stack = trial % 4 < 2;
    stroke.depth = random.below(along(shape, normal_axis(stroke.plane)));
    for (int i = 0; i < 4; ++i) {
      stroke.path.push_back(
          {random.uniform(-5, static_cast<double>(along(shape, horizontal_axis(stroke.plane))) + 5),
           random.uniform(-5, static_cast<double>(along(shape, vertical_axis(stroke.plane))) + 5)});
    }
    std::vector<std::uint32_t> ids;
    const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
      const auto change = cut_along(writer, labels, {0}, stroke, 1, {});
      ids = change->ids;
      return change->box;
    });
    cuts += ids.empty() ? 0 : 1;
    std::set<std::uint32_t> made(ids.begin(), ids.end());
    EXPECT_EQ(made.size(), ids.size());
    for (const std::uint32_t id : ids) {
      EXPECT_EQ(count_voxels(start, id), 0);
      EXPECT_EQ(count_pieces(after, id), 1U) << "a part in two";
    }
    for (std::int64_t i = 0; i < start.count(); ++i) {
      const std::uint32_t was = start.data()[i], now = after.data()[i];
      if (now != was) {
        ASSERT_TRUE(was != 0 && made.contains(now));
      }
    }
  }
  EXPECT_GT(cuts, 20) << "the strokes test nothing";
}

TEST(SplitBySeeds, MeetsInTheNeckWhereverTheSeedsAre) {
  VoxelGrid grid;
  grid.spacing_z = 2;
  for (const Axis axis : {Axis::kY, Axis::kX}) {
    LabelArray start({11, 50, 50});
    Index3 first{5, 16, 16}, second = first;
    coordinate(second, axis) += 14;
    add_ball(start, grid, first, 9, 4);
    add_ball(start, grid, second, 9, 4);
    // Near the neck, and far from it; half way is where the parts have to meet.
    const std::vector<std::pair<std::int64_t, std::int64_t>> offsets{{0, 0}, {5, 6}, {-5, -5}};
    for (const auto& [off_first, off_second] : offsets) {
      std::vector<Index3> seeds{first, second};
      coordinate(seeds[0], axis) += off_first;
      coordinate(seeds[1], axis) += off_second;
      std::vector<std::uint32_t> ids;
      const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
        const auto change = split_by_seeds(writer, labels, {4}, seeds, grid, {}, 5, {});
        ids = change->ids;
        return change->box;
      });
      ASSERT_EQ(ids, std::vector<std::uint32_t>{5});
      expect_parts(start, after, 4, ids);
      EXPECT_NE(after.view()(seeds[0]), after.view()(seeds[1]));
      const std::uint32_t id_first = after.view()(first);
      for (std::int64_t i = 0; i < start.count(); ++i) {
        const Index3 p{i / 2500, i / 50 % 50, i % 50};
        const std::int64_t off = along(p, axis) - along(first, axis);
        if (start.data()[i] == 0 || (off > 5 && off < 9)) continue;
        ASSERT_EQ(after.data()[i] == id_first, off <= 5)
            << off_first << " " << off_second << " at " << p.z << " " << p.y << " " << p.x;
      }
    }
  }
}

TEST(SplitBySeeds, SeedsOfOneBasinShareIt) {
  LabelArray start({1, 60, 60});
  add_ball(start, {}, {0, 30, 30}, 20, 1);
  const std::vector<Index3> seeds{{0, 30, 22}, {0, 30, 38}};
  LabelVolume labels = LabelVolume::from_dense(start.view());
  LabelWriter writer(labels);
  ASSERT_TRUE(split_by_seeds(writer, labels, {1}, seeds, {}, {}, 2, {}));
  const auto half = static_cast<double>(count_voxels(start, 1)) / 2;
  EXPECT_NEAR(static_cast<double>(count_voxels(labels.to_dense(), 2)), half, 0.06 * half);
}

TEST(SplitBySeeds, RandomSeedsGiveConnectedParts) {
  Random random(32);
  for (int trial = 0; trial < 60; ++trial) {
    const Index3 shape = trial_shape(trial);
    const VoxelGrid grid = random_grid(random);
    const LabelArray start = random_objects(random, shape, grid, 3);
    std::vector<Index3> inside;
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      if (start.data()[i] != 2) continue;
      inside.push_back({i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x});
    }
    if (inside.size() < 8) continue;
    std::vector<Index3> seeds;
    for (const std::int64_t at : random.permutation(std::ssize(inside))) {
      if (std::ssize(seeds) < 1 + trial % 4) seeds.push_back(inside[static_cast<std::size_t>(at)]);
    }
    SplitHeights heights;
    if (trial % 3 == 0) {
      heights.intensity = [](const Box3& box) {
        Array3<float> values(box.shape());
        Random noise(1);
        for (float& value : values) value = static_cast<float>(noise.uniform());
        return values;
      };
      heights.tolerance = 0.2;
    }
    std::vector<std::uint32_t> ids;
    const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
      const auto change = split_by_seeds(writer, labels, {2}, seeds, grid, heights, 4, {});
      ids = change->ids;
      return change->box;
    });
    EXPECT_EQ(ids.size(), seeds.size() - 1);
    for (const std::uint32_t id : ids) {
      EXPECT_EQ(count_pieces(after, id), 1U);
      EXPECT_EQ(count_voxels(start, id), 0);
    }
    std::set<std::uint32_t> at_seeds;
    for (const Index3& seed : seeds) at_seeds.insert(after.view()(seed));
    EXPECT_EQ(at_seeds.size(), seeds.size()) << "each seed has a part of its own";
    for (std::int64_t i = 0; i < start.count(); ++i) {
      if (start.data()[i] != 2) {
        ASSERT_EQ(after.data()[i], start.data()[i]);
      }
    }
  }
}

TEST(SplitBySeeds, RefusesSeedsOutsideOrInOnePlace) {
  LabelArray start({1, 20, 20});
  add_ball(start, {}, {0, 10, 10}, 5, 1);
  LabelVolume labels = LabelVolume::from_dense(start.view());
  LabelWriter writer(labels);
  const auto split = [&](std::vector<Index3> seeds) {
    return split_by_seeds(writer, labels, {1}, seeds, {}, {}, 2, {});
  };
  EXPECT_FALSE(split({{0, 10, 10}, {0, 1, 1}}));
  EXPECT_FALSE(split({{0, 10, 10}, {5, 10, 10}}));
  EXPECT_FALSE(split({{0, 10, 10}, {0, 10, 10}}));
  EXPECT_TRUE(split({{0, 10, 10}})->ids.empty());
  EXPECT_TRUE(split({})->ids.empty());
  EXPECT_TRUE(labels.to_dense() == start);
}

TEST(SplitObject, ByDistanceAndByBrightness) {
  VoxelGrid grid;
  grid.spacing_y = grid.spacing_x = 0.5;
  LabelArray start({1, 60, 90});
  add_ball(start, grid, {0, 30, 30}, 10, 3);
  add_ball(start, grid, {0, 30, 60}, 9, 3);
  const std::uint32_t highest = kIgnoredLabel - 1;
  start(0, 1, 1) = highest;
  std::vector<std::uint32_t> ids;
  const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
    const auto change = split_object(writer, labels, {3}, grid, {}, 4, {});
    ids = change->ids;
    return change->box;
  });
  ASSERT_EQ(ids, std::vector<std::uint32_t>{4});
  EXPECT_EQ(after(0, 30, 25), 3U) << "the larger one keeps its number";
  EXPECT_EQ(after(0, 30, 62), 4U);

  // A square has one centre by shape; the picture has two.
  LabelArray square({1, 40, 40});
  for (std::int64_t y = 5; y < 35; ++y) {
    for (std::int64_t x = 5; x < 35; ++x) square(0, y, x) = 1;
  }
  SplitHeights bright;
  bright.intensity = [](const Box3& box) {
    Array3<float> values(box.shape());
    for (std::int64_t y = 0; y < box.shape().y; ++y) {
      for (std::int64_t x = 0; x < box.shape().x; ++x) {
        const double at = static_cast<double>(box.begin.x + x);
        values(0, y, x) = static_cast<float>(std::cos((at - 12) / 16 * 6.283185307));
      }
    }
    return values;
  };
  bright.tolerance = 0.2;
  LabelVolume labels = LabelVolume::from_dense(square.view());
  LabelWriter writer(labels);
  EXPECT_TRUE(split_object(writer, labels, {1}, grid, {}, 2, {})->ids.empty());
  EXPECT_EQ(split_object(writer, labels, {1}, grid, bright, 2, {})->ids.size(), 1U);
  EXPECT_NE(labels.at({0, 20, 12}), labels.at({0, 20, 28}));

  LabelVolume full = LabelVolume::from_dense(start.view());
  LabelWriter last(full);
  EXPECT_FALSE(split_object(last, full, {3}, grid, {}, highest, {})) << "no number left";
  EXPECT_TRUE(full.to_dense() == start);
}

}  // namespace
}  // namespace karyo
