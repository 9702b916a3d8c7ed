#include "annotation/pieces.h"

#include <gtest/gtest.h>

#include <map>

#include "annotation/cleanup.h"
#include "tests/annotation/labels_for_tests.h"

namespace karyo {
namespace {

TEST(FindPieces, EqualsSearchVoxelByVoxel) {
  Random random(21);
  for (int trial = 0; trial < 80; ++trial) {
    const Index3 shape{1 + trial % 5, 1 + random.below(90), 1 + random.below(150)};
    LabelArray start(shape);
    const double density = random.uniform(0.05, 0.9);
    for (std::uint32_t& id : start) {
      id = random.uniform() < density ? static_cast<std::uint32_t>(1 + random.below(2)) : 0;
    }
    start.data()[random.below(shape.count())] = kIgnoredLabel;
    const LabelVolume labels = LabelVolume::from_dense(start.view());
    const Pieces all = find_pieces(labels, Box3::of_shape(shape));
    std::size_t found = 0;
    for (const std::uint32_t id : {1U, 2U}) {
      const LabelArray expected = pieces_by_search(start, id);
      const Pieces one = find_pieces(labels, Box3::of_shape(shape), id);
      const auto count = *std::max_element(expected.begin(), expected.end());
      ASSERT_EQ(one.pieces.size(), count) << "trial " << trial;
      found += count;
      std::vector<std::int64_t> voxels(count, 0);
      std::vector<Box3> boxes(count);
      for (const PieceRun& run : one.runs) {
        for (Index3 p = run.begin; p.x < run.end_x; ++p.x) {
          ASSERT_EQ(expected(p.z, p.y, p.x), run.piece + 1);
          ++voxels[run.piece];
          boxes[run.piece] = boxes[run.piece].united_with({p, p + Index3{1, 1, 1}});
        }
      }
      for (std::size_t i = 0; i < count; ++i) {
        EXPECT_EQ(one.pieces[i].voxels, voxels[i]);
        EXPECT_TRUE(one.pieces[i].box == boxes[i]);
        EXPECT_EQ(one.pieces[i].id, id);
      }
    }
    EXPECT_EQ(all.pieces.size(), found);
  }
}

TEST(SharedIds, TellsTwoNucleiOfOneNumber) {
  LabelArray start({1, 80, 200});
  add_ball(start, {}, {0, 20, 20}, 5, 3);
  add_ball(start, {}, {0, 60, 150}, 8, 3);
  add_ball(start, {}, {0, 30, 100}, 6, 4);
  start(0, 36, 107) = 5;  // touches another by a corner of its own piece alone
  start(0, 37, 108) = 5;
  const auto shared = shared_ids(LabelVolume::from_dense(start.view()));
  ASSERT_EQ(shared.size(), 1U);
  EXPECT_EQ(shared[0].id, 3U);
  ASSERT_EQ(shared[0].pieces.size(), 2U);
  EXPECT_TRUE(shared[0].pieces[0].box.contains({0, 60, 150})) << "the larger one first";
  EXPECT_EQ(shared[0].pieces[0].voxels + shared[0].pieces[1].voxels, count_voxels(start, 3));
  EXPECT_TRUE(shared_ids(LabelVolume({1, 5, 5})).empty());
  EXPECT_TRUE(shared_ids(LabelVolume()).empty());
}

TEST(Cleanup, WorksOnPiecesAndLeavesLockedObjects) {
  Random random(22);
  for (int trial = 0; trial < 60; ++trial) {
    const Index3 shape = trial_shape(trial);
    const LabelArray start = random_objects(random, shape, random_grid(random), 6);
    PaintRule rule;
    if (trial % 3 == 0) rule.locked = {2, 5};
    const std::uint32_t one = trial % 2 == 0 ? 0 : 4;
    if (one != 0 && count_voxels(start, one) == 0) continue;
    const auto works_on = [&](std::uint32_t id) {
      const bool locked = trial % 3 == 0 && (id == 2 || id == 5);
      return !locked && (one == 0 || id == one);
    };
    std::vector<std::uint32_t> new_ids;
    const LabelArray largest = changed_exactly(start, [&](auto& writer, auto& labels) {
      return *keep_largest_piece(writer, labels, {one}, rule);
    });
    const LabelArray big = changed_exactly(start, [&](auto& writer, auto& labels) {
      return *delete_small_pieces(writer, labels, {one}, 5, rule);
    });
    const LabelArray split = changed_exactly(start, [&](auto& writer, auto& labels) {
      const auto change = split_pieces(writer, labels, {one}, 3, rule);
      new_ids = change->ids;
      return change->box;
    });
    for (std::uint32_t id = 1; id <= 6; ++id) {
      const LabelArray pieces = pieces_by_search(start, id);
      std::vector<std::int64_t> voxels{0};
      for (const std::uint32_t piece : pieces) {
        if (piece >= voxels.size()) voxels.resize(piece + 1, 0);
        voxels[piece] += piece != 0 ? 1 : 0;
      }
      const auto keeps = static_cast<std::uint32_t>(std::max_element(voxels.begin(), voxels.end()) -
                                                    voxels.begin());
      std::map<std::uint32_t, std::uint32_t> ids_of_pieces;
      for (std::int64_t i = 0; i < shape.count(); ++i) {
        if (start.data()[i] != id) continue;
        const std::uint32_t piece = pieces.data()[i];
        const bool stays = !works_on(id) || piece == keeps;
        ASSERT_EQ(largest.data()[i], stays ? id : 0);
        ASSERT_EQ(big.data()[i], !works_on(id) || voxels[piece] >= 5 ? id : 0);
        const std::uint32_t now = split.data()[i];
        if (stays) {
          ASSERT_EQ(now, id);
        } else {
          ASSERT_EQ(ids_of_pieces.emplace(piece, now).first->second, now);
          ASSERT_TRUE(std::find(new_ids.begin(), new_ids.end(), now) != new_ids.end());
        }
      }
    }
    for (const std::uint32_t id : new_ids) {
      EXPECT_EQ(count_voxels(start, id), 0) << "a number in use was given again";
      EXPECT_EQ(count_pieces(split, id), 1U);
    }
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      if (start.data()[i] == 0) {
        ASSERT_EQ(split.data()[i] + big.data()[i] + largest.data()[i], 0U);
      }
    }
  }
}

TEST(Cleanup, HasNothingToDoWithoutObjects) {
  for (const Index3& shape : {Index3{}, Index3{1, 1, 1}, Index3{3, 70, 5}}) {
    LabelVolume labels(shape);
    LabelWriter writer(labels);
    EXPECT_TRUE(keep_largest_piece(writer, labels, {}, {})->empty());
    EXPECT_TRUE(delete_small_pieces(writer, labels, {}, 9, {})->empty());
    EXPECT_TRUE(split_pieces(writer, labels, {}, 1, {})->ids.empty());
    EXPECT_TRUE(renumber_objects(writer, labels, {}).ids.empty());
    EXPECT_TRUE(delete_border_objects(writer, labels, BorderSides::kAll, {}).ids.empty());
    EXPECT_TRUE(delete_objects_by_size(writer, labels, 5, {}).ids.empty());
    EXPECT_FALSE(keep_largest_piece(writer, labels, {7}, {}));
    EXPECT_TRUE(writer.finish().empty());
  }
}

TEST(Renumber, CountsInTheOrderOfFirstVoxelsAndPassesLockedNumbersOver) {
  LabelArray start({2, 70, 130});
  start(0, 0, 100) = 0xffff'fffe;
  start(0, 1, 3) = 7;
  start(0, 68, 0) = 2;
  start(1, 0, 0) = kIgnoredLabel;
  start(1, 0, 5) = 7;
  start(1, 69, 129) = 900;
  Renumbered done;
  PaintRule rule;
  rule.locked = {2};
  const LabelArray after = changed_exactly(start, [&](auto& writer, auto& labels) {
    done = renumber_objects(writer, labels, rule);
    return done.box;
  });
  EXPECT_EQ(after(0, 0, 100), 1U);
  EXPECT_EQ(after(0, 1, 3), 3U);
  EXPECT_EQ(after(1, 0, 5), 3U);
  EXPECT_EQ(after(0, 68, 0), 2U);
  EXPECT_EQ(after(1, 0, 0), kIgnoredLabel);
  EXPECT_EQ(after(1, 69, 129), 4U);
  ASSERT_EQ(done.ids.size(), 3U);
  EXPECT_EQ(done.ids[0], (std::pair<std::uint32_t, std::uint32_t>{0xffff'fffe, 1}));
}

TEST(DeleteObjects, AtTheBorderAndBySize) {
  Random random(23);
  for (int trial = 0; trial < 40; ++trial) {
    const Index3 shape = trial_shape(trial);
    const LabelArray start = random_objects(random, shape, random_grid(random), 8);
    PaintRule rule;
    rule.locked = {1};
    const BorderSides sides = trial % 4 < 2 ? BorderSides::kRows : BorderSides::kAll;
    std::vector<std::uint32_t> at_border;
    const LabelArray inner = changed_exactly(start, [&](auto& writer, auto& labels) {
      const ObjectChange change = delete_border_objects(writer, labels, sides, rule);
      at_border = change.ids;
      return change.box;
    });
    const LabelArray sized = changed_exactly(start, [&](auto& writer, auto& labels) {
      return delete_objects_by_size(writer, labels, 10, rule, 200).box;
    });
    for (std::uint32_t id = 1; id <= 8; ++id) {
      bool touches = false;
      for (std::int64_t i = 0; i < shape.count(); ++i) {
        const std::int64_t z = i / (shape.y * shape.x), y = i / shape.x % shape.y, x = i % shape.x;
        if (start.data()[i] != id) continue;
        touches |= y == 0 || x == 0 || y == shape.y - 1 || x == shape.x - 1;
        touches |= sides == BorderSides::kAll && shape.z > 1 && (z == 0 || z == shape.z - 1);
      }
      const std::int64_t voxels = count_voxels(start, id);
      EXPECT_EQ(count_voxels(inner, id), touches && id != 1 ? 0 : voxels);
      EXPECT_EQ(std::count(at_border.begin(), at_border.end(), id), touches && id != 1 ? 1 : 0);
      const bool fits = id == 1 || (voxels >= 10 && voxels <= 200);
      EXPECT_EQ(count_voxels(sized, id), fits ? voxels : 0);
    }
  }
}

}  // namespace
}  // namespace karyo
