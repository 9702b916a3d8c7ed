#include "viewer/scene/overlays.h"

#include <gtest/gtest.h>

namespace karyo {
namespace {

TEST(Overlays, RoundLengthsAreOneTwoFive) {
  EXPECT_DOUBLE_EQ(round_length(1), 1);
  EXPECT_DOUBLE_EQ(round_length(1.99), 1);
  EXPECT_DOUBLE_EQ(round_length(2), 2);
  EXPECT_DOUBLE_EQ(round_length(49.9), 20);
  EXPECT_DOUBLE_EQ(round_length(50), 50);
  EXPECT_DOUBLE_EQ(round_length(0.07), 0.05);
  EXPECT_DOUBLE_EQ(round_length(0.2), 0.2);
}

TEST(Overlays, LengthsAreWrittenAsPeopleDo) {
  EXPECT_EQ(length_text(50, "um"), "50 \u00b5m");
  EXPECT_EQ(length_text(0.5, "pixel"), "0.5 px");
  EXPECT_EQ(length_text(200, "nm"), "200 nm");
}

TEST(Overlays, TheScaleBarIsAsLongAsItSays) {
  for (const double zoom : {0.013, 1.0, 7.7, 312.0}) {
    Overlay overlay;
    const ViewTransform view{Plane::kXY, {}, zoom, 800, 600};
    add_scale_bar(overlay, view, "um");
    ASSERT_EQ(overlay.rects.size(), 1u);
    ASSERT_EQ(overlay.texts.size(), 1u);
    const double length = (overlay.rects[0].right - overlay.rects[0].left) / zoom;
    EXPECT_NEAR(length, round_length(160 / zoom), 1e-9 * length);
    EXPECT_EQ(overlay.texts[0].text, length_text(round_length(160 / zoom), "um"));
    EXPECT_LE(overlay.rects[0].right, 800);
    EXPECT_GE(overlay.rects[0].left, 800 - 16 - 160 - 1e-6);
    EXPECT_LE(overlay.rects[0].bottom, 600);
  }
}

TEST(Overlays, AxesNameThePlane) {
  Overlay overlay;
  add_axes(overlay, {Plane::kYZ, {}, 1, 400, 300});
  ASSERT_EQ(overlay.texts.size(), 2u);
  EXPECT_EQ(overlay.texts[0].text, "z");
  EXPECT_EQ(overlay.texts[1].text, "y");
  for (const auto& line : overlay.lines) {
    EXPECT_GE(line.from.y, 150);
    EXPECT_LE(line.to.y, 300);
    EXPECT_LE(line.to.x, 200);
  }
}

TEST(Overlays, TheCrosshairLeavesItsVoxelOpen) {
  Overlay overlay;
  const ViewTransform view{Plane::kXY, {0, 50, 50}, 2, 200, 100};
  add_crosshair(overlay, view, {0, 50, 50});
  ASSERT_EQ(overlay.lines.size(), 4u);
  for (const auto& line : overlay.lines) {
    const bool across = line.from.y == line.to.y;
    EXPECT_EQ(across ? line.from.y : line.from.x, across ? 50 : 100);
    const double middle = across ? 100 : 50;
    const double from = across ? line.from.x : line.from.y, to = across ? line.to.x : line.to.y;
    EXPECT_TRUE(to <= middle - 8 || from >= middle + 8);
  }
  overlay = {};
  add_crosshair(overlay, view, {0, 5000, 5000});
  EXPECT_TRUE(overlay.lines.empty());
}

}  // namespace
}  // namespace karyo
