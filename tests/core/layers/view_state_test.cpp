#include "core/layers/view_state.h"

#include <gtest/gtest.h>

#include <vector>

namespace karyo {
namespace {

VoxelGrid anisotropic() {
  VoxelGrid grid;
  grid.spacing_z = 2;
  grid.spacing_y = grid.spacing_x = 0.5;
  grid.unit = "um";
  return grid;
}

TEST(ViewState, TheCursorGoesToTheMiddleOfAVoxelAndBack) {
  ViewState state;
  for (const Index3 voxel : {Index3{0, 0, 0}, Index3{3, 17, 401}, Index3{-1, 2, 3}}) {
    state.set_cursor_voxel(voxel, anisotropic());
    EXPECT_EQ(state.cursor_voxel(anisotropic()), voxel);
  }
}

TEST(ViewState, ScrollingStaysInsideAndMovesOneAxisOnly) {
  ViewState state;
  state.set_cursor_voxel({3, 4, 5}, anisotropic());
  state.scroll(Plane::kXY, 2, {10, 10, 10}, anisotropic());
  EXPECT_EQ(state.cursor_voxel(anisotropic()), (Index3{5, 4, 5}));
  state.scroll(Plane::kXZ, -100, {10, 10, 10}, anisotropic());
  EXPECT_EQ(state.cursor_voxel(anisotropic()), (Index3{5, 0, 5}));
  state.scroll(Plane::kYZ, 100, {10, 10, 10}, anisotropic());
  EXPECT_EQ(state.cursor_voxel(anisotropic()), (Index3{5, 0, 9}));
}

TEST(ViewState, LinkedViewsFollowAndOthersDoNot) {
  ViewState state;
  std::vector<Plane> changed;
  const Connection connection = state.view_changed.connect([&](Plane p) { changed.push_back(p); });
  state.set_zoom(Plane::kXY, 4);
  EXPECT_EQ(changed.size(), 3u);
  EXPECT_EQ(state.view(Plane::kYZ).zoom, 4);
  state.set_linked(false);
  changed.clear();
  state.set_zoom(Plane::kXZ, 9);
  EXPECT_EQ(changed, std::vector<Plane>{Plane::kXZ});
  EXPECT_EQ(state.view(Plane::kXY).zoom, 4);
  state.set_linked(true, Plane::kXZ);
  EXPECT_EQ(state.view(Plane::kXY).zoom, 9);
}

TEST(ViewState, MovingAPlaneMovesItsTwoAxesInAll) {
  ViewState state;
  state.set_centre(Plane::kXY, {100, 20, 30});
  EXPECT_EQ(state.view(Plane::kXY).centre, (WorldPoint{0, 20, 30}));
  EXPECT_EQ(state.view(Plane::kYZ).centre, (WorldPoint{0, 20, 30}));
  state.set_centre(Plane::kYZ, {7, 8, 99});
  EXPECT_EQ(state.view(Plane::kXY).centre, (WorldPoint{7, 8, 30}));
}

TEST(ViewState, ZoomKeepsThePlaceUnderTheMouse) {
  ViewState state;
  state.set_zoom(Plane::kXY, 2);
  state.set_centre(Plane::kXY, {0, 50, 60});
  const WorldPoint mouse{0, 40, 80};
  const double before_x = (mouse.x - state.view(Plane::kXY).centre.x) * 2;
  state.zoom_about(Plane::kXY, 1.5, mouse);
  EXPECT_DOUBLE_EQ(state.view(Plane::kXY).zoom, 3);
  EXPECT_NEAR((mouse.x - state.view(Plane::kXY).centre.x) * 3, before_x, 1e-9);
  state.zoom_about(Plane::kXY, 0, mouse);
  EXPECT_GT(state.view(Plane::kXY).zoom, 0);
}

TEST(ViewState, FitShowsEverything) {
  ViewState state;
  state.fit(Plane::kXZ, {10, 99, 40}, 400, 50);
  EXPECT_DOUBLE_EQ(state.view(Plane::kXZ).zoom, 5);
  EXPECT_EQ(state.view(Plane::kXZ).centre, (WorldPoint{5, 49.5, 20}));
}

TEST(ViewState, SpeaksOnlyOfChanges) {
  ViewState state;
  int heard = 0;
  const Connection a = state.cursor_changed.connect([&] { ++heard; });
  const Connection b = state.time_changed.connect([&] { ++heard; });
  const Connection c = state.layout_changed.connect([&] { ++heard; });
  state.set_cursor({});
  state.set_time(-3);
  state.set_layout(ViewLayoutKind::kFour);
  EXPECT_EQ(heard, 0);
  state.set_cursor({1, 2, 3});
  state.set_time(3);
  state.set_layout(ViewLayoutKind::kPlane, Plane::kYZ);
  EXPECT_EQ(heard, 3);
}

}  // namespace
}  // namespace karyo
