#include "core/labels/fill_holes.h"

#include <gtest/gtest.h>

#include "core/labels/label_volume.h"
#include "core/labels/relabel.h"
#include "tests/support/blobs.h"
#include "tests/support/label_npy.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

TEST(FillLabelHoles, EqualsTheReference) {
  KARYO_NEEDS_SHARED();
  const auto golden =
      test::read_npz(test::shared_dir() / "golden/functions/fill_label_holes.npz");
  EXPECT_EQ(fill_label_holes(test::labels_of(golden.at("input")).view()),
            test::labels_of(golden.at("output")));
}

/// A row of digits a string; '.' is background, '?' ignored.
LabelArray drawn(const std::vector<std::string>& rows) {
  LabelArray labels({1, static_cast<std::int64_t>(rows.size()),
                     static_cast<std::int64_t>(rows[0].size())});
  for (std::size_t i = 0; i < rows.size() * rows[0].size(); ++i) {
    const char c = rows[i / rows[0].size()][i % rows[0].size()];
    labels.data()[i] = c == '.'   ? 0
                       : c == '?' ? kIgnoredLabel
                                  : static_cast<std::uint32_t>(c - '0');
  }
  return labels;
}

TEST(FillLabelHoles, FillsWhatIsEnclosedAndNothingElse) {
  EXPECT_EQ(fill_label_holes(drawn({"111.", "1.1.", "111.", "...."}).view()),
            drawn({"111.", "111.", "111.", "...."}));
  EXPECT_EQ(fill_label_holes(drawn({"11.", "1.1", ".11"}).view()),
            drawn({"11.", "111", ".11"}))
      << "corners do not connect background";
  EXPECT_EQ(fill_label_holes(drawn({"1.1", "1.1", "111"}).view()), drawn({"1.1", "1.1", "111"}))
      << "the image's edge is open";
}

TEST(FillLabelHoles, OfNestedObjectsTheHigherIdIsOnTop) {
  EXPECT_EQ(fill_label_holes(drawn({"111", "121", "111"}).view()), drawn({"111", "121", "111"}));
  EXPECT_EQ(fill_label_holes(drawn({"222", "212", "222"}).view()), drawn({"222", "222", "222"}));
}

TEST(FillLabelHoles, InVolumesAHoleIsClosedOnSixSides) {
  LabelArray ball({3, 3, 3}, 4);
  ball(1, 1, 1) = 0;
  EXPECT_EQ(fill_label_holes(ball.view()), LabelArray({3, 3, 3}, 4));
  ball(0, 1, 1) = 0;
  EXPECT_EQ(fill_label_holes(ball.view()), ball);
}

// Where all but a few objects is ignored, they lie in its holes: filling those, as the reference
// does, would leave nothing to learn.
TEST(FillLabelHoles, WhatIsIgnoredNeitherGrowsNorShrinks) {
  const auto sparse = drawn({"?????", "?11??", "?11.?", "?????"});
  EXPECT_EQ(fill_label_holes(sparse.view()), sparse);
  EXPECT_EQ(fill_label_holes(drawn({"1111", "1?.1", "1111"}).view()),
            drawn({"1111", "1?11", "1111"}));
  EXPECT_EQ(object_boxes(sparse.view()).size(), 1u);
  auto numbered = drawn({"7?.9"});
  EXPECT_EQ(relabel_sequential(numbered), 2u);
  EXPECT_EQ(numbered, drawn({"1?.2"}));
}

TEST(RelabelSequential, KeepsOrderAndCounts) {
  LabelArray labels = drawn({"9.33", "9.77"});
  EXPECT_EQ(relabel_sequential(labels), 3u);
  EXPECT_EQ(labels, drawn({"3.11", "3.22"}));
  LabelArray empty({1, 2, 2});
  EXPECT_EQ(relabel_sequential(empty), 0u);
}

TEST(ObjectBoxes, HoldEachObjectTightly) {
  const auto boxes = object_boxes(drawn({"9.33", "99.3"}).view());
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_EQ(boxes.at(9), (Box3{{0, 0, 0}, {1, 2, 2}}));
  EXPECT_EQ(boxes.at(3), (Box3{{0, 0, 2}, {1, 2, 4}}));
}

}  // namespace
}  // namespace karyo
