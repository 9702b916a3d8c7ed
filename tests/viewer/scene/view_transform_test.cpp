#include "viewer/scene/view_transform.h"

#include <gtest/gtest.h>

#include <cmath>

namespace karyo {
namespace {

VoxelGrid anisotropic() {
  VoxelGrid grid;
  grid.spacing_z = 2;
  grid.spacing_y = 0.5;
  grid.spacing_x = 0.25;
  return grid;
}

ViewTransform view_of(Plane plane, double zoom) {
  return {plane, {20.5, 13.25, 7.1}, zoom, 201, 100};
}

TEST(ViewTransform, ScreenToWorldAndBack) {
  for (const Plane plane : kPlanes) {
    for (const double zoom : {0.01, 0.7, 1.0, 33.0}) {
      const ViewTransform view = view_of(plane, zoom);
      for (const ScreenPoint point : {ScreenPoint{0, 0}, ScreenPoint{17.25, 99}}) {
        const WorldPoint place = view.to_world(point);
        const ScreenPoint back = view.to_screen(place);
        EXPECT_NEAR(back.x, point.x, 1e-9);
        EXPECT_NEAR(back.y, point.y, 1e-9);
        EXPECT_EQ(place[normal_axis(plane)], view.centre[normal_axis(plane)]);
      }
    }
  }
}

TEST(ViewTransform, TheMiddleOfTheViewportIsTheCentre) {
  const ViewTransform view = view_of(Plane::kXZ, 3);
  EXPECT_EQ(view.to_world({100.5, 50}), view.centre);
}

TEST(ViewTransform, AVoxelIsWhereItIsDrawn) {
  for (const Plane plane : kPlanes) {
    const ViewTransform view = view_of(plane, 12);
    for (const Index3 offset : {Index3{0, 0, 0}, Index3{1, 3, 2}, Index3{-1, -2, -5}}) {
      Index3 voxel = voxel_at(view.centre, anisotropic()) + offset;
      const Index3 middle = voxel_at(view.centre, anisotropic());
      if (normal_axis(plane) == Axis::kZ) voxel.z = middle.z;
      if (normal_axis(plane) == Axis::kY) voxel.y = middle.y;
      if (normal_axis(plane) == Axis::kX) voxel.x = middle.x;
      const ScreenPoint point = view.to_screen(centre_of(voxel, anisotropic()));
      EXPECT_EQ(view.to_voxel(point, anisotropic()), voxel);
    }
  }
}

TEST(ViewTransform, PixelsKnowTheirPlaces) {
  const ViewTransform view = view_of(Plane::kYZ, 3);
  EXPECT_EQ(view.column_place(17), view.to_world({17.5, 0.5}).z);
  EXPECT_EQ(view.row_place(31), view.to_world({0.5, 31.5}).y);
}

TEST(ViewTransform, RectOfABoxHoldsAllItsPixelsAndLittleMore) {
  for (const Plane plane : kPlanes) {
    for (const double zoom : {0.3, 2.7, 9.0}) {
      const ViewTransform view = view_of(plane, zoom);
      const Index3 middle = voxel_at(view.centre, anisotropic());
      const Box3 box{middle - Index3{1, 4, 3}, middle + Index3{2, 3, 9}};
      const ScreenRect rect = view.rect_of(box, anisotropic());
      ScreenRect tight;
      for (int y = 0; y < view.height; ++y) {
        for (int x = 0; x < view.width; ++x) {
          if (!box.contains(view.to_voxel({x + 0.5, y + 0.5}, anisotropic()))) continue;
          tight = tight.united_with({x, y, x + 1, y + 1});
        }
      }
      EXPECT_EQ(rect.united_with(tight), rect);
      if (!tight.empty()) {
        EXPECT_LE(rect.width(), tight.width() + 4);
        EXPECT_LE(rect.height(), tight.height() + 4);
      }
    }
  }
}

TEST(ViewTransform, ABoxBesideTheSliceHasNoRect) {
  const ViewTransform view = view_of(Plane::kXY, 2);
  EXPECT_TRUE(view.rect_of({{0, 0, 0}, {10, 100, 100}}, anisotropic()).empty());
  EXPECT_FALSE(view.rect_of({{10, 0, 0}, {11, 100, 100}}, anisotropic()).empty());
}

TEST(ViewTransform, VisibleBoxIsThePlaneOnScreen) {
  ViewTransform view{Plane::kXY, {4, 10, 10}, 2, 20, 10};
  VoxelGrid grid;
  EXPECT_EQ(view.visible_box({9, 100, 100}, grid), (Box3{{4, 7, 5}, {5, 13, 15}}));
  EXPECT_EQ(view.visible_box({9, 9, 100}, grid), (Box3{{4, 7, 5}, {5, 9, 15}}));
  EXPECT_TRUE(view.visible_box({4, 100, 100}, grid).empty());
}

TEST(ViewTransform, OfAStateTakesThePlaneThroughTheCursor) {
  ViewState state;
  state.set_cursor({3, 4, 5});
  state.set_zoom(Plane::kYZ, 7);
  state.set_centre(Plane::kYZ, {30, 40, 50});
  const ViewTransform view = ViewTransform::of(state, Plane::kYZ, 80, 60);
  EXPECT_EQ(view.centre, (WorldPoint{30, 40, 5}));
  EXPECT_EQ(view.zoom, 7);
  EXPECT_EQ(view.slice(VoxelGrid{}), 5);
}

}  // namespace
}  // namespace karyo
