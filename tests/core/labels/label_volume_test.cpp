#include "core/labels/label_volume.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace karyo {
namespace {

LabelArray random_labels(Index3 shape, Random& random) {
  LabelArray labels(shape);
  for (auto& id : labels) id = static_cast<std::uint32_t>(random.below(4));
  return labels;
}

TEST(LabelVolume, DenseThereAndBackForOddShapes) {
  Random random(1);
  for (const Index3 shape : {Index3{1, 1, 1}, Index3{3, 63, 65}, Index3{2, 130, 64}}) {
    const auto labels = random_labels(shape, random);
    EXPECT_EQ(LabelVolume::from_dense(labels.view()).to_dense(), labels);
  }
}

TEST(LabelVolume, BackgroundHoldsNoTilesAndManyTilesStayApart) {
  LabelArray labels({1, 64 * 40, 64 * 40});  // 1600 tiles: more than a slab holds
  for (std::int64_t i = 0; i < 1600; i += 2) {
    labels(0, i / 40 * 64 + 3, i % 40 * 64 + 5) = static_cast<std::uint32_t>(i + 1);
  }
  const auto volume = LabelVolume::from_dense(labels.view());
  EXPECT_EQ(volume.to_dense(), labels);
  EXPECT_FALSE(volume.tile(1));
  EXPECT_LT(volume.memory_bytes(), 803 * sizeof(WritableTile));
}

TEST(LabelVolume, ATileOutlivesItsVolume) {
  LabelArray labels({1, 64, 128});
  labels(0, 1, 70) = 9;
  labels(0, 1, 3) = 7;
  TilePointer tile;
  {
    const auto volume = LabelVolume::from_dense(labels.view());
    tile = volume.tile(1);
  }
  EXPECT_EQ(tile->ids()[64 + 6], 9u);
}

TEST(LabelVolume, EmptyVolumesHoldNoTiles) {
  const LabelVolume volume({100, 4096, 4096});
  EXPECT_LT(volume.memory_bytes(), 10u << 20);
  EXPECT_EQ(volume.highest_id(), 0u);
}

TEST(LabelVolume, ACopyDoesNotSeeLaterWrites) {
  LabelVolume volume({1, 100, 100});
  LabelWriter first(volume);
  first.set({0, 70, 70}, 5);
  first.finish();
  const LabelVolume before = volume;
  LabelWriter second(volume);
  second.set({0, 70, 70}, 6);
  second.finish();
  EXPECT_EQ(before.at({0, 70, 70}), 5u);
  EXPECT_EQ(volume.at({0, 70, 70}), 6u);
}

TEST(LabelVolume, UndoAndRedoAreExactForRandomEdits) {
  Random random(2);
  LabelVolume volume = LabelVolume::from_dense(random_labels({3, 150, 140}, random).view());
  const LabelArray start = volume.to_dense();
  std::vector<ReplacedTiles> undo;
  for (int edit = 0; edit < 20; ++edit) {
    LabelWriter writer(volume);
    for (int i = 0; i < 50; ++i) {
      writer.set({random.below(3), random.below(150), random.below(140)},
                 static_cast<std::uint32_t>(random.below(9)));
    }
    undo.push_back(writer.finish());
  }
  const LabelArray end = volume.to_dense();
  std::vector<ReplacedTiles> redo;
  for (auto step = undo.rbegin(); step != undo.rend(); ++step) redo.push_back(volume.swap_tiles(*step));
  EXPECT_EQ(volume.to_dense(), start);
  for (auto step = redo.rbegin(); step != redo.rend(); ++step) volume.swap_tiles(*step);
  EXPECT_EQ(volume.to_dense(), end);
}

TEST(LabelWriter, AnEditThatChangesNothingKeepsNothing) {
  LabelVolume volume({1, 64, 64});
  LabelWriter writer(volume);
  writer.set({0, 3, 3}, 4);
  writer.set({0, 3, 3}, 0);
  EXPECT_TRUE(writer.finish().empty());
  EXPECT_EQ(volume.tile(0), nullptr);
}

TEST(LabelWriter, DropPutsEverythingBack) {
  LabelVolume volume({1, 10, 10});
  LabelWriter writer(volume);
  writer.set({0, 1, 1}, 3);
  writer.drop();
  EXPECT_EQ(volume.at({0, 1, 1}), 0u);
}

}  // namespace
}  // namespace karyo
