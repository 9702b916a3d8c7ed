// Steps that can be swapped back and forth, bit for bit.

#include "annotation/label_edit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "annotation/brush.h"
#include "annotation/edit_thinner.h"
#include "core/base/random.h"
#include "tests/annotation/labels_for_tests.h"

namespace karyo {
namespace {

std::shared_ptr<LabelsLayer> layer_of(Index3 shape) {
  return std::make_shared<LabelsLayer>("nuclei", LabelVolume(shape));
}

LabelArray ids_of(const LabelsLayer& layer) {
  return layer.labels().to_dense();
}

TEST(LabelEdit, UndoOfAllIsTheStartAndRedoTheEnd) {
  Random random(7);
  const auto layer = layer_of({3, 150, 170});
  const auto start = ids_of(*layer);
  std::vector<LabelEdit> edits;
  for (int i = 0; i < 60; ++i) {
    LabelEditor editor(layer, 0);
    Brush brush{.radius = random.uniform() * 20, .ball = i % 2 == 0};
    brush.label = static_cast<std::uint32_t>(i % 7);
    WorldPoint at{random.uniform() * 3, random.uniform() * 150, random.uniform() * 170};
    for (int step = 0; step < 5; ++step) {
      const WorldPoint to{at.z, at.y + random.uniform() * 20 - 10, at.x + 5};
      editor.changed(paint(editor.writer(), editor.labels(), layer->grid(), at, to, brush));
      at = to;
    }
    if (auto edit = editor.commit()) edits.push_back(*std::move(edit));
    if (i % 3 != 0) thin_swapped(std::span(edits).last(1));
  }
  ASSERT_GT(edits.size(), 40u);
  const auto end = ids_of(*layer);
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) edit->swap();
  EXPECT_TRUE(ids_of(*layer) == start);
  for (LabelEdit& edit : edits) edit.swap();
  EXPECT_TRUE(ids_of(*layer) == end);
}

std::uint64_t tiles_of(const Box3& box) {
  return static_cast<std::uint64_t>(((box.end.x - 1) / kTileSide - box.begin.x / kTileSide + 1) *
                                    ((box.end.y - 1) / kTileSide - box.begin.y / kTileSide + 1) *
                                    (box.end.z - box.begin.z));
}

TEST(LabelEdit, AThinnedOneHoldsTwiceTheBytesOfWhatChangedAtMost) {
  Random random(11);
  const auto layer = layer_of({2, 200, 300});
  layer->set_labels(
      LabelVolume::from_dense(random_objects(random, {2, 200, 300}, layer->grid(), 90).view()));
  for (int i = 0; i < 200; ++i) {
    const auto before = ids_of(*layer);
    LabelEditor editor(layer, 0);
    // Specks, rows of one id, rows of many: few voxels to nearly whole tiles.
    for (auto left = std::int64_t{1} << random.below(9); left > 0; --left) {
      const Index3 at{random.below(2), random.below(200), random.below(300)};
      const std::int64_t length =
          i % 3 == 0 ? 1 : std::min<std::int64_t>(random.below(120) + 1, 300 - at.x);
      for (std::int64_t x = 0; x < length; ++x) {
        const auto id = static_cast<std::uint32_t>(i % 2 == 0 ? 7 : random.below(95));
        editor.writer().set(at + Index3{0, 0, x}, id);
      }
      editor.changed({at, at + Index3{1, 1, length}});
    }
    auto edit = editor.commit();
    if (!edit) continue;
    const auto after = ids_of(*layer);
    std::uint64_t changed = 0;
    for (std::int64_t v = 0; v < before.count(); ++v)
      changed += before.data()[v] != after.data()[v];
    thin_swapped({&*edit, 1});
    constexpr std::uint64_t kTileWhole = 64;  // its place in the table
    EXPECT_LE(edit->bytes(), 2 * 4 * changed + kTileWhole * tiles_of(edit->box()));
    edit->swap();
    ASSERT_TRUE(ids_of(*layer) == before);
    EXPECT_LE(edit->bytes(), 2 * 4 * changed + kTileWhole * tiles_of(edit->box()));
    edit->swap();
    ASSERT_TRUE(ids_of(*layer) == after);
  }
}

std::uint64_t voxels_that_differ(const LabelArray& a, const LabelArray& b) {
  std::uint64_t count = 0;
  for (std::int64_t v = 0; v < a.count(); ++v) count += a.data()[v] != b.data()[v];
  return count;
}

constexpr std::int64_t kManySlices = 33;  // 2112 tiles of 8 x 8 a slice

/// A few voxels, or rows, in nearly every tile of a stack.
std::optional<LabelEdit> scattered_edit(const std::shared_ptr<LabelsLayer>& layer, Random& random) {
  LabelEditor editor(layer, 0);
  const Index3 shape = layer->labels().shape();
  const bool rows = random.below(3) == 0;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = random.below(9); y < shape.y; y += kTileSide) {
      for (std::int64_t x = random.below(9); x < shape.x; x += kTileSide) {
        const auto id = static_cast<std::uint32_t>(random.below(50));
        for (std::int64_t i = 0; i < (rows ? 40 : 1); ++i) editor.writer().set({z, y, x + i}, id);
      }
    }
  }
  editor.changed(Box3::of_shape(shape));
  return editor.commit();
}

/// Of changes of many tiles, thinned by another thread, while others look at the labels.
TEST(LabelEdit, ChangesOfManyTilesAreExactWhileTheyAreThinned) {
  Random random(13);
  for (int round = 0; round < 3; ++round) {
    const Index3 shape{kManySlices, 512, 512};
    const auto layer = layer_of(shape);
    if (round > 0) {
      LabelArray blocks(shape);
      std::uint32_t* const ids = blocks.data();
      for (std::int64_t v = 0; v < blocks.count(); ++v) {
        ids[v] = static_cast<std::uint32_t>(v / 700 % 3 * (v / 9000 % 200));
      }
      layer->set_labels(LabelVolume::from_dense(blocks.view()));
    }
    EditThinner thinner;
    std::vector<LabelArray> states{ids_of(*layer)};
    std::vector<LabelEdit> edits;
    for (int i = 0; i < 5; ++i) {
      if (auto edit = scattered_edit(layer, random)) edits.push_back(*std::move(edit));
      ASSERT_GT(edits.back().tiles()->size(), LabelEdit::kMostThinnedAtOnce * 9 / 10);
      thin_swapped(std::span(edits).last(1), &thinner);
      states.push_back(ids_of(*layer));
    }
    // Back and forth, with some edits thinned by then and some not, some states looked at by
    // others and some by nobody before the next.
    std::size_t at = edits.size();
    std::vector<std::thread> readers;
    std::atomic<bool> right = true;
    for (int i = 0; i < 24; ++i) {
      const bool back = at == edits.size() || (at > 0 && random.below(2) == 0);
      LabelEdit& edit = edits[back ? --at : at++];
      edit.swap();
      thin_swapped({&edit, 1}, &thinner);
      if (random.below(3) != 0) continue;
      if (random.below(4) == 0) thinner.finish();
      readers.emplace_back([&states, &right, at, copy = layer->labels()] {
        if (copy.to_dense() != states[at]) right = false;
      });
      if (random.below(2) == 0) {
        EXPECT_TRUE(ids_of(*layer) == states[at]);
      }
    }
    while (at > 0) edits[--at].swap();
    EXPECT_TRUE(ids_of(*layer) == states.front()) << "undo of all is the start";
    while (at < edits.size()) edits[at++].swap();
    EXPECT_TRUE(ids_of(*layer) == states.back()) << "redo of all is the end";
    for (auto& reader : readers) reader.join();
    EXPECT_TRUE(right) << "who looks at a copy sees what was there then";
  }
}

TEST(LabelEdit, AChangeOfManyTilesHoldsTwiceTheBytesOfWhatChangedAtMost) {
  Random random(17);
  const auto layer = layer_of({kManySlices, 512, 512});
  EditThinner thinner;
  for (int i = 0; i < 4; ++i) {
    const auto before = ids_of(*layer);
    auto edit = scattered_edit(layer, random);
    ASSERT_TRUE(edit);
    const std::uint64_t tiles = edit->tiles()->size();
    const std::uint64_t most = 2 * 4 * voxels_that_differ(before, ids_of(*layer)) + 64 * tiles;
    thin_swapped({&*edit, 1}, &thinner);
    thinner.finish();
    EXPECT_TRUE(edit->thin());
    EXPECT_LE(edit->bytes(), most);
    EXPECT_TRUE(edit->tiles()->empty());
    edit->swap();
    EXPECT_LE(edit->bytes(), most);
    EXPECT_TRUE(ids_of(*layer) == before);
    edit->swap();
    // Undone before its turn came, and thinned then.
    auto next = scattered_edit(layer, random);
    ASSERT_TRUE(next);
    next->swap();
    thin_swapped({&*next, 1}, &thinner);
    thinner.finish();
    EXPECT_TRUE(next->thin());
    next->swap();
  }
}

/// An edit that is forgotten takes its tiles with it, whether it was thinned or waits for that.
TEST(LabelEdit, WhatIsForgottenIsNotHeldByWhoThins) {
  const auto layer = layer_of({kManySlices, 512, 512});
  Random random(19);
  EditThinner thinner;
  static_cast<void>(scattered_edit(layer, random));
  const std::weak_ptr<const LabelTile> tile = layer->labels().tile(0);
  {
    auto edit = scattered_edit(layer, random);
    ASSERT_TRUE(edit);
    EXPECT_FALSE(tile.expired());
    thin_swapped({&*edit, 1}, &thinner);
  }
  thinner.finish();
  EXPECT_TRUE(tile.expired());
}

TEST(LabelEdit, TilesThatAreEmptiedAgainTakeNoMemory) {
  const auto layer = layer_of({1, 64, 64});
  LabelEditor editor(layer, 0);
  editor.writer().set({0, 1, 1}, 5);
  auto edit = editor.commit();
  ASSERT_TRUE(edit);
  thin_swapped({&*edit, 1});
  edit->swap();
  EXPECT_EQ(layer->labels().tile(0), nullptr);
  edit->swap();
  EXPECT_EQ(layer->labels().at({0, 1, 1}), 5u);
}

/// The second of two changes of one step has changed the first one's voxels again.
TEST(LabelEdit, ChangesOfOneStepThatFollowEachOtherAreExact) {
  const auto layer = layer_of({1, 64, 64});
  const auto start = ids_of(*layer);
  std::vector<LabelEdit> step;
  for (std::uint32_t id = 1; id < 4; ++id) {
    LabelEditor editor(layer, 0);
    for (std::int64_t x = 0; x < 20; ++x) editor.writer().set({0, id, x + id}, id);
    editor.writer().set({0, 9, 9}, id);
    editor.changed(Box3::of_shape({1, 64, 64}));
    step.push_back(*editor.commit());
  }
  const auto end = ids_of(*layer);
  thin_swapped(step);
  for (auto edit = step.rbegin(); edit != step.rend(); ++edit) edit->swap();
  EXPECT_TRUE(ids_of(*layer) == start);
  for (LabelEdit& edit : step) edit.swap();
  EXPECT_TRUE(ids_of(*layer) == end);
}

TEST(LabelEdit, WhatIsNotCommittedIsTakenBack) {
  const auto layer = layer_of({1, 64, 64});
  Box3 told;
  const Connection watch =
      layer->data_changed.connect([&](const Box3& box) { told = told.united_with(box); });
  {
    LabelEditor editor(layer, 0);
    editor.changed(paint(editor.writer(), editor.labels(), layer->grid(), {0.5, 9, 9},
                         {0.5, 20, 30}, {.radius = 3}));
    EXPECT_NE(layer->labels().at({0, 9, 9}), 0u);
  }
  EXPECT_EQ(layer->labels().at({0, 9, 9}), 0u);
  EXPECT_TRUE(told.contains({0, 9, 9}));
}

/// A mask of one time is shown, and painted, at all times of a movie beside it.
TEST(LabelEdit, IsOfATimeThatTheLayerHas) {
  const auto layer = layer_of({1, 64, 64});
  LabelEditor editor(layer, 3);
  editor.writer().set({0, 1, 1}, 5);
  const auto edit = editor.commit();
  ASSERT_TRUE(edit);
  EXPECT_EQ(edit->time(), 0);
}

TEST(LabelEdit, NothingIsNoStep) {
  const auto layer = layer_of({1, 64, 64});
  LabelEditor editor(layer, 0);
  editor.writer().set({0, 1, 1}, 5);
  editor.writer().set({0, 1, 1}, 0);
  EXPECT_FALSE(editor.commit());
}

/// What looks at the labels from elsewhere keeps what it was given while painting goes on.
TEST(LabelEdit, ACopyMadeMeanwhileStaysAsItWas) {
  const auto layer = layer_of({1, 64, 64});
  LabelEditor editor(layer, 0);
  editor.writer().set({0, 1, 1}, 5);
  const LabelVolume copy = layer->labels();
  editor.writer().set({0, 2, 2}, 6);
  EXPECT_EQ(copy.at({0, 1, 1}), 5u);
  EXPECT_EQ(copy.at({0, 2, 2}), 0u);
  auto edit = editor.commit();
  ASSERT_TRUE(edit);
  edit->swap();
  EXPECT_EQ(layer->labels().at({0, 1, 1}), 0u);
  EXPECT_EQ(layer->labels().at({0, 2, 2}), 0u);
}

TEST(LabelEdit, CostsWhatChangedAndNoMore) {
  const auto layer = layer_of({1, 4096, 4096});
  LabelEditor editor(layer, 0);
  editor.changed(paint(editor.writer(), editor.labels(), layer->grid(), {0.5, 500, 500},
                       {0.5, 500, 500}, {.radius = 32}));
  const auto edit = editor.commit();
  ASSERT_TRUE(edit);
  EXPECT_LE(edit->bytes(), 9 * (sizeof(TileIds) + 64));
}

}  // namespace
}  // namespace karyo
