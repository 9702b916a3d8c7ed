#include <gtest/gtest.h>

#include "tests/viewer/scene/scene_fixture.h"

namespace karyo {
namespace {

using test::bright_extent;
using test::kSceneSize;
using test::straight_view;

constexpr double kSide = 40;  // world units in view: 4 pixels each

SceneRequest view_of(MarksItem item) {
  SceneRequest request = straight_view({{0, 0, 0}, {kSide, kSide, kSide}}, kSide);
  request.camera.orthographic = true;
  request.marks.push_back(std::move(item));
  return request;
}

Rgb middle_of(const RgbaImage& picture) {
  return picture.at(kSceneSize / 2, kSceneSize / 2);
}

PointsLook one_point(double size, bool on_screen) {
  PointsLook look;
  look.data = std::make_shared<const PointList>(PointList{{{20, 20, 20}, 3, ""}});
  look.size = size;
  look.on_screen = on_screen;
  look.color = {255, 40, 0};
  return look;
}

TEST(MarksVisual, PointsHaveTheirSizeOnScreen) {
  SceneRequest request = view_of({one_point(20, true), {}, 3, 1});
  auto picture = draw_offscreen(request);
  ASSERT_TRUE(picture) << picture.error().what;
  EXPECT_NEAR(bright_extent(*picture).width(), 20, 2);
  EXPECT_GT(middle_of(*picture).r, 200);
  EXPECT_LT(middle_of(*picture).b, 60);
  request.scale = 2;
  picture = draw_offscreen(request);
  ASSERT_TRUE(picture) << picture.error().what;
  EXPECT_NEAR(bright_extent(*picture).width(), 40, 3);
}

TEST(MarksVisual, PointsSizedInVoxelsAreBalls) {
  VoxelGrid grid;
  grid.spacing_z = grid.spacing_y = grid.spacing_x = 0.5;
  PointsLook look = one_point(20, false);
  look.data = std::make_shared<const PointList>(PointList{{{40, 40, 40}, -1, ""}});
  const auto picture = draw_offscreen(view_of({look, grid, 0, 1}));
  ASSERT_TRUE(picture) << picture.error().what;
  // 20 voxels of 0.5 are 10 units, 40 pixels; the dim rim of a lit ball is not counted.
  EXPECT_NEAR(bright_extent(*picture).width(), 40, 6);
  EXPECT_NEAR(bright_extent(*picture).height(), 40, 6);
}

TEST(MarksVisual, PointsOfOtherTimesAreLeftOut) {
  const auto picture = draw_offscreen(view_of({one_point(20, true), {}, 2, 1}));
  ASSERT_TRUE(picture) << picture.error().what;
  EXPECT_EQ(bright_extent(*picture).right, -1);
}

TEST(MarksVisual, CutsLeaveMarksOut) {
  SceneRequest request = view_of({one_point(20, true), {}, 3, 1});
  request.look.crop_on = true;
  request.look.crop = {{0, 0, 0}, {15, kSide, kSide}};
  const auto picture = draw_offscreen(request);
  ASSERT_TRUE(picture) << picture.error().what;
  EXPECT_EQ(bright_extent(*picture).right, -1);
}

TEST(MarksVisual, TailsRunToTheCurrentTime) {
  TracksLook look;
  TrackList tracks;
  for (int t = 0; t < 10; ++t) tracks.points.push_back({1, t, {20, 20, 2.0 + 4 * t}});
  look.data = std::make_shared<const TrackList>(tracks);
  look.tail = 3;
  look.width = 4;
  const auto picture = draw_offscreen(view_of({look, {}, 6, 1}));
  ASSERT_TRUE(picture) << picture.error().what;
  const Rgb wanted = track_color(1);
  const auto row = kSceneSize / 2;
  const auto brightness = [&](double x) {
    const Rgb c = picture->at(static_cast<int>(x * 4), row);
    return static_cast<int>(c.r) + c.g + c.b;
  };
  const int full = static_cast<int>(wanted.r) + wanted.g + wanted.b;
  EXPECT_EQ(brightness(6), 0) << "before the tail";
  EXPECT_GT(brightness(23), full / 2);
  EXPECT_LT(brightness(16), brightness(24)) << "fades towards the past";
  EXPECT_EQ(brightness(34), 0) << "in the future";
}

TEST(MarksVisual, ShapesLieInTheirSlice) {
  Roi roi = *make_shape("rectangle", {{10, 10}, {30, 30}});
  roi.z = 36;
  const ShapesLayer layer("s", {roi, *make_shape("line", {{0, 20}, {40, 20}})});
  ShapesLook look = layer.look();
  look.width = 3;
  SceneRequest request = view_of({ShapesInScene{look, layer.shared_outlines(), 5}, {}, 0, 1});
  // From the side, x to the right and z downwards.
  request.camera.look_along({0, 1, 0}, {0, 0, 1});
  const auto picture = draw_offscreen(request);
  ASSERT_TRUE(picture) << picture.error().what;
  const auto lit = [&](double x, double z) {
    return picture->at(static_cast<int>(x * 4), static_cast<int>(z * 4)).r > 100;
  };
  EXPECT_TRUE(lit(20, 35.5)) << "slice 36 from 1 lies from 35 to 36";
  EXPECT_FALSE(lit(5, 35.5));
  EXPECT_TRUE(lit(5, 5)) << "a shape of all slices lies where one looks";
}

TEST(MarksVisual, SurfacesAreLitAndHaveTheirColours) {
  SurfaceMesh mesh;
  mesh.points = {{5, 5, 20}, {35, 5, 20}, {35, 35, 20}, {5, 35, 20}};
  mesh.triangles = {{0, 1, 2}, {0, 2, 3}};
  SurfaceLook look;
  look.color = {0, 200, 0};
  look.data = std::make_shared<const SurfaceMesh>(mesh);
  auto picture = draw_offscreen(view_of({look, {}, 0, 1}));
  ASSERT_TRUE(picture) << picture.error().what;
  EXPECT_GT(middle_of(*picture).g, 150);
  EXPECT_NEAR(bright_extent(*picture).width(), 120, 2);
  look.wireframe = true;
  picture = draw_offscreen(view_of({look, {}, 0, 1}));
  ASSERT_TRUE(picture) << picture.error().what;
  EXPECT_LT(picture->at(110, 60).g, 30) << "between the edges one sees through";
  look.wireframe = false;
  mesh.colors.assign(4, {200, 0, 0});
  look.data = std::make_shared<const SurfaceMesh>(mesh);
  picture = draw_offscreen(view_of({look, {}, 0, 1}));
  ASSERT_TRUE(picture) << picture.error().what;
  EXPECT_GT(middle_of(*picture).r, 150);
  EXPECT_LT(middle_of(*picture).g, 60);
}

}  // namespace
}  // namespace karyo
