#include "app/gui/paced_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace karyo::gui {
namespace {

/// Draws until nothing is due, `ms_per_row` each; counts how often each row was drawn.
std::vector<int> draw(PacedRows& rows, int height, double ms_per_row, double& longest) {
  std::vector<int> drawn(static_cast<std::size_t>(height));
  longest = 0;
  while (rows.due()) {
    const PacedRows::Part part = rows.next();
    for (int y = part.top; y < part.bottom; ++y) ++drawn[static_cast<std::size_t>(y)];
    const double ms = ms_per_row * (part.bottom - part.top);
    longest = std::max(longest, ms);
    rows.drawn(part, ms);
  }
  return drawn;
}

TEST(PacedRows, WhatIsQuickComesAsAWhole) {
  PacedRows rows;
  for (int frame = 0; frame < 3; ++frame) {
    rows.begin(1000);
    EXPECT_EQ(rows.next().bottom - rows.next().top, 1000);
    rows.drawn(rows.next(), 8);
    EXPECT_FALSE(rows.due());
  }
}

TEST(PacedRows, WhatIsSlowComesInPartsEachRowOnce) {
  PacedRows rows;
  rows.begin(1000);
  double longest = 0;
  EXPECT_EQ(draw(rows, 1000, 0.4, longest), std::vector<int>(1000, 1));
  EXPECT_DOUBLE_EQ(longest, 400) << "nobody knew";
  rows.begin(1000);
  EXPECT_EQ(draw(rows, 1000, 0.4, longest), std::vector<int>(1000, 1));
  EXPECT_LE(longest, PacedRows::kMostMs);
  rows.begin(1000);
  EXPECT_EQ(draw(rows, 1000, 0.01, longest), std::vector<int>(1000, 1)) << "quick again";
  rows.begin(1000);
  EXPECT_EQ(rows.next().bottom, 1000);
}

TEST(PacedRows, AMovingHandDoesNotStarveTheLowerRows) {
  PacedRows rows;
  rows.begin(100);
  rows.drawn(rows.next(), 100);
  std::vector<int> drawn(100);
  for (int event = 0; event < 12; ++event) {  // each makes all of it due again
    rows.begin(100);
    const PacedRows::Part part = rows.next();
    for (int y = part.top; y < part.bottom; ++y) ++drawn[static_cast<std::size_t>(y)];
    rows.drawn(part, part.bottom - part.top);
  }
  for (const int times : drawn) EXPECT_GE(times, 2);
}

TEST(PacedRows, InAHurryAllComesAtOnce) {
  PacedRows rows;
  rows.begin(100);
  rows.drawn(rows.next(), 1000);
  rows.begin(100);
  rows.drawn(rows.next(), 80);
  ASSERT_TRUE(rows.due());
  rows.begin(100);
  rows.hurry();
  EXPECT_EQ(rows.next().top, 0);
  EXPECT_EQ(rows.next().bottom, 100);
}

}  // namespace
}  // namespace karyo::gui
