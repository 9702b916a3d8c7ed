// Steps that can be swapped back and forth, bit for bit.

#include "annotation/label_edit.h"

#include <gtest/gtest.h>

#include "annotation/brush.h"
#include "core/base/random.h"

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
  }
  ASSERT_GT(edits.size(), 40u);
  const auto end = ids_of(*layer);
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) edit->swap();
  EXPECT_TRUE(ids_of(*layer) == start);
  for (LabelEdit& edit : edits) edit.swap();
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
  EXPECT_LE(edit->bytes(), 9 * (sizeof(LabelTile) + 64));
}

}  // namespace
}  // namespace karyo
