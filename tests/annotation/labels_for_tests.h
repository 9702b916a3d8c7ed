#pragma once

/// Random objects to be fixed, and what holds for every change of labels.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "core/base/random.h"
#include "core/image/world.h"
#include "core/labels/label_volume.h"

namespace karyo {

/// A ball (disc in one slice) of `id` over what is there; radius in the grid's unit.
inline void add_ball(LabelArray& labels, const VoxelGrid& grid, const Index3& centre, double radius,
                     std::uint32_t id) {
  const Index3 shape = labels.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const double off = std::hypot(static_cast<double>(z - centre.z) * grid.spacing_z,
                                      static_cast<double>(y - centre.y) * grid.spacing_y,
                                      static_cast<double>(x - centre.x) * grid.spacing_x);
        if (off <= radius) labels(z, y, x) = id;
      }
    }
  }
}

inline VoxelGrid random_grid(Random& random) {
  VoxelGrid grid;
  grid.spacing_z = random.uniform(0.5, 3);
  grid.spacing_y = random.uniform(0.3, 1.5);
  grid.spacing_x = random.uniform(0.3, 1.5);
  return grid;
}

/// Balls of ids 1..count, some over others, some cut by the border, with specks of noise.
inline LabelArray random_objects(Random& random, const Index3& shape, const VoxelGrid& grid,
                                 std::uint32_t count) {
  LabelArray labels(shape);
  for (std::uint32_t id = 1; id <= count; ++id) {
    const Index3 centre{random.below(shape.z), random.below(shape.y), random.below(shape.x)};
    add_ball(labels, grid, centre, random.uniform(0.5, 5), id);
  }
  for (std::int64_t i = 0; i < shape.count() / 50; ++i) {
    labels.data()[random.below(shape.count())] =
        static_cast<std::uint32_t>(random.below(count + 1));
  }
  return labels;
}

/// The shape of trial n: planes and stacks, odd sizes, across tiles.
inline Index3 trial_shape(int trial) {
  return trial % 2 == 0 ? Index3{1, 20 + trial % 70, 60 + trial % 13}
                        : Index3{3 + trial % 6, 12 + trial % 9, 58 + trial % 17};
}

/// Runs a change and checks that its box is exactly what changed, and that taking it back and doing
/// it again are exact. Returns the labels afterwards.
inline LabelArray changed_exactly(
    const LabelArray& start, const std::function<Box3(LabelWriter&, const LabelVolume&)>& change) {
  LabelVolume dropped = LabelVolume::from_dense(start.view());
  {
    LabelWriter writer(dropped);
    change(writer, dropped);
    writer.drop();
  }
  EXPECT_TRUE(dropped.to_dense() == start) << "dropped";

  LabelVolume labels = LabelVolume::from_dense(start.view());
  LabelWriter writer(labels);
  const Box3 box = change(writer, labels);
  LabelArray after = labels.to_dense();
  const ReplacedTiles tiles = writer.finish();
  const ReplacedTiles back = labels.swap_tiles(tiles);
  EXPECT_TRUE(labels.to_dense() == start) << "undone";
  labels.swap_tiles(back);
  EXPECT_TRUE(labels.to_dense() == after) << "done again";

  Box3 differ;
  const Index3 shape = start.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        if (start(z, y, x) == after(z, y, x)) continue;
        differ = differ.united_with({{z, y, x}, {z + 1, y + 1, x + 1}});
      }
    }
  }
  EXPECT_EQ(box.empty(), differ.empty());
  if (!differ.empty()) {
    EXPECT_TRUE(box == differ);
  }
  return after;
}

/// Pieces of one id by search voxel by voxel (8 or 26 neighbours), numbered from 1 in the order of
/// their first voxels.
inline LabelArray pieces_by_search(const LabelArray& labels, std::uint32_t id) {
  const Index3 shape = labels.shape();
  LabelArray pieces(shape);
  std::uint32_t count = 0;
  std::vector<Index3> open;
  for (std::int64_t i = 0; i < shape.count(); ++i) {
    if (labels.data()[i] != id || pieces.data()[i] != 0) continue;
    pieces.data()[i] = ++count;
    open.push_back({i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x});
    while (!open.empty()) {
      const Index3 p = open.back();
      open.pop_back();
      for (std::int64_t k = 0; k < 27; ++k) {
        const Index3 q = p + Index3{k / 9 - 1, k / 3 % 3 - 1, k % 3 - 1};
        if (!Box3::of_shape(shape).contains(q) || labels(q.z, q.y, q.x) != id) continue;
        if (pieces(q.z, q.y, q.x) != 0) continue;
        pieces(q.z, q.y, q.x) = count;
        open.push_back(q);
      }
    }
  }
  return pieces;
}
inline std::uint32_t count_pieces(const LabelArray& labels, std::uint32_t id) {
  const LabelArray pieces = pieces_by_search(labels, id);
  return *std::max_element(pieces.begin(), pieces.end());
}
inline std::int64_t count_voxels(const LabelArray& labels, std::uint32_t id) {
  return std::count(labels.begin(), labels.end(), id);
}

}  // namespace karyo
