#include "viewer/scene/ray_pick.h"

#include <gtest/gtest.h>

#include "tests/viewer/scene/scene_fixture.h"

namespace karyo {
namespace {

using test::item_of;
using test::kSceneSize;
using test::straight_view;
using test::volume_of;

constexpr double kMiddle = kSceneSize / 2.0;

void expect_at(const std::optional<Picked>& picked, World place) {
  ASSERT_TRUE(picked);
  EXPECT_NEAR(picked->place.x, place.x, 1e-9);
  EXPECT_NEAR(picked->place.y, place.y, 1e-9);
  EXPECT_NEAR(picked->place.z, place.z, 1e-9);
}

/// One bright voxel, one brighter behind it, both beyond white, in a dim ground.
SceneRequest two_voxels(VolumeMethod method) {
  const Index3 shape{30, 21, 21};
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.camera.orthographic = true;
  request.look.method = method;
  request.volumes.push_back(item_of(volume_of(shape, [](auto z, auto y, auto x) {
    if (y != 10 || x != 10) return 20;
    return z == 8 ? 210 : z == 20 ? 240 : z == 25 ? 5 : 20;
  })));
  return request;
}

TEST(RayPick, MaximumFindsTheBrightestVoxelEvenBeyondWhite) {
  expect_at(pick(two_voxels(VolumeMethod::kMaximum), kMiddle, kMiddle), {10.5, 10.5, 20.5});
  expect_at(pick(two_voxels(VolumeMethod::kMinimum), kMiddle, kMiddle), {10.5, 10.5, 25.5});
}

TEST(RayPick, AttenuatedFindsWhatLooksBrightest) {
  SceneRequest request = two_voxels(VolumeMethod::kAttenuated);
  request.look.attenuation = 0.001;
  expect_at(pick(request, kMiddle, kMiddle), {10.5, 10.5, 20.5});
  request.look.attenuation = 0.2;
  expect_at(pick(request, kMiddle, kMiddle), {10.5, 10.5, 8.5});
}

TEST(RayPick, CompositeAndIsosurfaceFindTheFirstThatIsOpaque) {
  expect_at(pick(two_voxels(VolumeMethod::kIsosurface), kMiddle, kMiddle), {10.5, 10.5, 8.5});
  SceneRequest request = two_voxels(VolumeMethod::kComposite);
  request.look.opacity = *OpacityCurve::of({{0, 0}, {0.5, 0}, {1, 1}});
  expect_at(pick(request, kMiddle, kMiddle), {10.5, 10.5, 8.5});
  request.look.opacity = *OpacityCurve::of({{0, 0}, {1, 0}});
  EXPECT_FALSE(pick(request, kMiddle, kMiddle)) << "all is clear";
  request = two_voxels(VolumeMethod::kIsosurface);
  EXPECT_FALSE(pick(request, kMiddle + 20, kMiddle)) << "beside the bright voxels";
}

TEST(RayPick, CutPartsAreNotSeen) {
  SceneRequest request = two_voxels(VolumeMethod::kMaximum);
  request.look.crop_on = true;
  request.look.crop = {{0, 0, 0}, {21, 21, 15}};
  expect_at(pick(request, kMiddle, kMiddle), {10.5, 10.5, 8.5});
  request.look.crop_on = false;
  request.look.clip = {true, {0, 0, 1}, 0};  // what lies beyond the middle goes
  expect_at(pick(request, kMiddle, kMiddle), {10.5, 10.5, 8.5});
  request.look.clip = {true, {0, 0, -1}, 0};
  request.look.method = VolumeMethod::kIsosurface;
  expect_at(pick(request, kMiddle, kMiddle), {10.5, 10.5, 20.5});
}

TEST(RayPick, ItIsThePixelThatShowsTheVoxel) {
  // From an oblique place in perspective: the picture's brightest pixel leads to the voxel.
  VoxelGrid grid;
  grid.spacing_z = 2.5;
  const Index3 shape{20, 40, 40};
  SceneRequest request;
  request.box = world_box(shape, grid);
  request.show_box = false;
  request.width = 200;
  request.height = kSceneSize;
  request.volumes.push_back(item_of(
      volume_of(
          shape, [](auto z, auto y, auto x) { return z == 6 && y == 30 && x == 9 ? 250 : 10; },
          grid),
      {255, 255, 255}, 250));
  for (const bool orthographic : {false, true}) {
    request.camera = Camera::showing(request.box, 200.0 / kSceneSize);
    request.camera.orthographic = orthographic;
    const auto picture = draw_offscreen(request);
    ASSERT_TRUE(picture) << picture.error().what;
    int best = -1, at_x = 0, at_y = 0;
    for (int y = 0; y < picture->height(); ++y) {
      for (int x = 0; x < picture->width(); ++x) {
        if (picture->at(x, y).g <= best) continue;
        best = picture->at(x, y).g;
        at_x = x;
        at_y = y;
      }
    }
    ASSERT_GT(best, 100);
    expect_at(pick(request, at_x + 0.5, at_y + 0.5), {9.5, 30.5, 6.5 * 2.5});
  }
}

TEST(RayPick, AnObjectIsSeenBeforeWhatItHides) {
  const Index3 shape{30, 21, 21};
  SceneRequest request = two_voxels(VolumeMethod::kIsosurface);
  LabelArray labels(shape);
  labels(14, 10, 10) = 7;
  labels(2, 3, 3) = 9;
  SurfaceItem item;
  item.labels = LabelVolume::from_dense(labels.view());
  request.surfaces.push_back(item);
  auto picked = pick(request, kMiddle, kMiddle);
  expect_at(picked, {10.5, 10.5, 8.5});
  EXPECT_EQ(picked->label, 0u) << "the image's surface lies before the object";
  request.look.method = VolumeMethod::kNone;
  picked = pick(request, kMiddle, kMiddle);
  expect_at(picked, {10.5, 10.5, 14.5});
  EXPECT_EQ(picked->label, 7u);
  request.surfaces.front().only = 9;
  EXPECT_FALSE(pick(request, kMiddle, kMiddle));
}

TEST(RayPick, TheSlicingPlaneIsSeen) {
  SceneRequest request = two_voxels(VolumeMethod::kNone);
  request.look.slice = {true, {0, 0, 1}, -3.25};
  expect_at(pick(request, kMiddle, kMiddle), {10.5, 10.5, 11.75});
  EXPECT_FALSE(pick(request, 2, 2)) << "beside the stack there is none";
}

TEST(RayPick, BesideTheStackThereIsNothing) {
  EXPECT_FALSE(pick(two_voxels(VolumeMethod::kMaximum), 1, 1));
  EXPECT_FALSE(pick(SceneRequest{}, 1, 1));
}

}  // namespace
}  // namespace karyo
