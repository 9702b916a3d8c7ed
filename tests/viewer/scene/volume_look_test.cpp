// What each way of showing a volume must make of small ones whose answer is known.

#include "viewer/scene/volume_look.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/viewer/scene/scene_fixture.h"

namespace karyo {
namespace {

using test::item_of;
using test::kSceneSize;
using test::straight_view;
using test::volume_of;

constexpr int kMiddle = kSceneSize / 2;

RgbaImage drawn(const SceneRequest& request) {
  auto picture = draw_offscreen(request);
  EXPECT_TRUE(picture) << picture.error().what;
  return picture ? *std::move(picture) : RgbaImage(kSceneSize, kSceneSize);
}

int grey(const RgbaImage& picture, int x = kMiddle, int y = kMiddle) {
  return picture.at(x, y).g;
}

/// Planes of one value each along z; black to white is 0 to 200.
SceneRequest layers_along_z(VolumeMethod method) {
  const Index3 shape{20, 20, 20};
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.camera.orthographic = true;
  request.volumes.push_back(item_of(volume_of(shape, [](auto z, auto, auto) {
    return z < 10 ? 40 : z < 15 ? 160 : 100;
  })));
  request.look.method = method;
  return request;
}

TEST(VolumeLook, MaximumMinimumAndAverageAreThoseOfTheLine) {
  EXPECT_NEAR(grey(drawn(layers_along_z(VolumeMethod::kMaximum))), 255 * 160 / 200, 3)
      << "as bright as a plane shows the brightest voxel";
  EXPECT_NEAR(grey(drawn(layers_along_z(VolumeMethod::kMinimum))), 255 * 40 / 200, 3);
  // The outermost voxels count half: samples lie between voxel centres.
  const double mean = (9.5 * 40 + 5 * 160 + 4.5 * 100) / 19;
  EXPECT_NEAR(grey(drawn(layers_along_z(VolumeMethod::kAverage))), 255 * mean / 200, 5);
}

TEST(VolumeLook, OutsideOfTheStackNothingIsShown) {
  for (int method = 0; method < kVolumeMethodCount; ++method) {
    EXPECT_EQ(grey(drawn(layers_along_z(static_cast<VolumeMethod>(method))), 4, 4), 0) << method;
  }
}

TEST(VolumeLook, ChannelsDoNotHideEachOtherInProjections) {
  // Red is stronger than green everywhere: by strength alone green would never be seen.
  const Index3 shape{10, 20, 20};
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.volumes = {
      item_of(volume_of(shape, [](auto z, auto, auto) { return z == 2 || z == 3 ? 200 : 0; }),
              {255, 0, 0}),
      item_of(volume_of(shape, [](auto z, auto, auto) { return z == 6 || z == 7 ? 150 : 0; }),
              {0, 255, 0})};
  const Rgb middle = drawn(request).at(kMiddle, kMiddle);
  EXPECT_NEAR(middle.r, 255, 8);
  EXPECT_NEAR(middle.g, 191, 8);
}

TEST(VolumeLook, AttenuationDimsWhatLiesBehind) {
  // A haze in front of a bright plane.
  const Index3 shape{40, 20, 20};
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.camera.orthographic = true;
  request.volumes.push_back(
      item_of(volume_of(shape, [](auto z, auto, auto) { return z >= 30 ? 200 : 100; })));
  request.look.method = VolumeMethod::kAttenuated;
  request.look.attenuation = 0;
  EXPECT_NEAR(grey(drawn(request)), 255, 3) << "without attenuation it is the maximum";
  request.look.attenuation = 0.02;
  // 29.5 voxels of half strength lie before the first that is fully bright.
  EXPECT_NEAR(grey(drawn(request)), 255 * std::exp(-0.02 * 29.5 * 0.5), 8);
  request.look.attenuation = 1;
  EXPECT_NEAR(grey(drawn(request)), 127, 8) << "only the haze in front is left";
}

TEST(VolumeLook, TheOpacityCurveSaysWhatIsTranslucent) {
  // Dim in front of bright, in two colours.
  const Index3 shape{20, 20, 20};
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.volumes = {
      item_of(volume_of(shape, [](auto z, auto, auto) { return z < 8 ? 100 : 0; }), {255, 0, 0}),
      item_of(volume_of(shape, [](auto z, auto, auto) { return z > 12 ? 200 : 0; }), {0, 255, 0})};
  request.look.method = VolumeMethod::kComposite;
  request.look.opacity = *OpacityCurve::of({{0, 0}, {0.3, 1}, {1, 1}});
  Rgb middle = drawn(request).at(kMiddle, kMiddle);
  EXPECT_GT(middle.r, 100);
  EXPECT_LT(middle.g, 10) << "dim matter is opaque and covers the bright";
  request.look.opacity = *OpacityCurve::of({{0, 0}, {0.7, 0}, {0.8, 1}, {1, 1}});
  middle = drawn(request).at(kMiddle, kMiddle);
  EXPECT_LT(middle.r, 10) << "dim matter is clear";
  EXPECT_GT(middle.g, 200);
}

TEST(VolumeLook, AnOpacityCurveIsCheckedAndReadBetweenItsPoints) {
  EXPECT_NEAR(OpacityCurve::of({{0, 0}, {0.5, 1}, {1, 0.5}})->at(0.25), 0.5, 1e-12);
  EXPECT_NEAR(OpacityCurve::of({{0, 0}, {0.5, 1}, {1, 0.5}})->at(0.75), 0.75, 1e-12);
  EXPECT_NEAR(OpacityCurve::of({{0, 0.2}, {1, 0.4}})->at(7), 0.4, 1e-12);
  const std::vector<std::vector<OpacityCurve::Point>> bad{{{0, 0}},
                                                          {{0, 0}, {0.5, 1}},
                                                          {{0.1, 0}, {1, 1}},
                                                          {{0, 0}, {0.5, 1.2}, {1, 1}},
                                                          {{0, 0}, {0.5, std::nan("")}, {1, 1}},
                                                          {{0, 0}, {0.6, 1}, {0.5, 1}, {1, 1}}};
  for (const auto& points : bad) {
    const auto curve = OpacityCurve::of(points);
    ASSERT_FALSE(curve);
    EXPECT_FALSE(curve.error().fix.empty());
  }
}

/// A ball of 200 with a soft edge, radius 12, in 40^3.
std::shared_ptr<const Volume> ball() {
  return volume_of({40, 40, 40}, [](auto z, auto y, auto x) {
    const double d = std::sqrt(
        static_cast<double>((z - 20) * (z - 20) + (y - 20) * (y - 20) + (x - 20) * (x - 20)));
    return static_cast<int>(200 * std::clamp((16 - d) / 8, 0.0, 1.0));
  });
}

TEST(VolumeLook, AnIsosurfaceIsShadedAndItsThresholdMovesIt) {
  SceneRequest request = straight_view(world_box({40, 40, 40}, {}), 40);
  request.camera.orthographic = true;
  request.look.method = VolumeMethod::kIsosurface;
  request.volumes.push_back(item_of(ball(), {255, 0, 0}));
  const auto width = [&](double threshold) {
    request.look.threshold = threshold;
    const RgbaImage picture = drawn(request);
    int lit = 0;
    for (int x = 0; x < kSceneSize; ++x) lit += picture.at(x, kMiddle).r > 20 ? 1 : 0;
    return lit * 40.0 / kSceneSize;
  };
  EXPECT_NEAR(width(0.5), 24, 1.0) << "half the strength is at radius 12";
  EXPECT_NEAR(width(0.25), 28, 1.0);
  EXPECT_NEAR(width(0.75), 20, 1.0);
  request.look.threshold = 0.5;
  const RgbaImage picture = drawn(request);
  EXPECT_GT(picture.at(kMiddle, kMiddle).r, 230) << "turned to the viewer";
  EXPECT_LT(picture.at(kMiddle + 44, kMiddle).r, 180) << "turned away";
  EXPECT_GT(picture.at(kMiddle + 44, kMiddle).r, 30);
}

TEST(VolumeLook, TheFaceOfACropIsWhereItIsAskedFor) {
  const Index3 shape{20, 40, 40};
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.camera.orthographic = true;
  request.volumes.push_back(item_of(volume_of(shape, [](auto, auto, auto) { return 200; })));
  request.look.crop_on = true;
  request.look.crop = {{0, 0, 0}, {20, 40, 20}};  // the left half
  for (const auto method :
       {VolumeMethod::kMaximum, VolumeMethod::kMinimum, VolumeMethod::kAverage,
        VolumeMethod::kAttenuated, VolumeMethod::kComposite, VolumeMethod::kIsosurface}) {
    request.look.method = method;
    const RgbaImage picture = drawn(request);
    EXPECT_GT(grey(picture, 40, kMiddle), 100) << static_cast<int>(method);
    EXPECT_GT(grey(picture, 76, kMiddle), 100) << static_cast<int>(method);
    EXPECT_EQ(grey(picture, 84, kMiddle), 0) << static_cast<int>(method);
    EXPECT_EQ(grey(picture, 120, kMiddle), 0) << static_cast<int>(method);
  }
  request.look.method = VolumeMethod::kMaximum;
  request.look.crop = {{10, 10, 0}, {30, 30, 20}};
  const auto extent = test::bright_extent(drawn(request));
  EXPECT_NEAR(extent.left, 40, 2);
  EXPECT_NEAR(extent.right, 119, 2);
  EXPECT_NEAR(extent.top, 40, 2);
  EXPECT_NEAR(extent.bottom, 119, 2);
}

TEST(VolumeLook, TheClippingPlaneTakesAwayWhatItPointsTo) {
  const Index3 shape{20, 40, 40};
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.camera.orthographic = true;
  request.volumes.push_back(item_of(volume_of(shape, [](auto, auto, auto) { return 200; })));
  request.look.clip = {true, {3, 0, 0}, 10};  // x > 30 goes; the normal's length does not matter
  RgbaImage picture = drawn(request);
  EXPECT_GT(grey(picture, 112, kMiddle), 200);
  EXPECT_EQ(grey(picture, 126, kMiddle), 0);
  // With all six faces it makes seven cuts.
  request.look.crop_on = true;
  request.look.crop = {{5, 5, 2}, {35, 35, 18}};
  picture = drawn(request);
  EXPECT_GT(grey(picture, 112, kMiddle), 200);
  EXPECT_EQ(grey(picture, 126, kMiddle), 0);
  EXPECT_EQ(grey(picture, 10, kMiddle), 0);
  EXPECT_EQ(grey(picture, kMiddle, 10), 0);
}

/// Two objects beside each other, in colours of their own.
SceneRequest two_objects(bool as_voxels) {
  const Index3 shape{24, 24, 48};
  LabelArray labels(shape);
  for (std::int64_t z = 4; z < 20; ++z) {
    for (std::int64_t y = 4; y < 20; ++y) {
      for (std::int64_t x = 4; x < 20; ++x) {
        labels(z, y, x) = 1;
        labels(z, y, x + 24) = 2;
      }
    }
  }
  SceneRequest request = straight_view(world_box(shape, {}), 48);
  request.camera.orthographic = true;
  SurfaceItem item;
  item.labels = LabelVolume::from_dense(labels.view());
  item.colours.own = {{1, {201, 43, 47}}, {2, {41, 53, 199}}};
  request.surfaces.push_back(item);
  request.look.labels_as_voxels = as_voxels;
  return request;
}

TEST(VolumeLook, LabelsAsVoxelsHaveTheirColoursToTheByte) {
  SceneRequest request = two_objects(true);
  const RgbaImage picture = drawn(request);
  EXPECT_EQ(picture.at(kSceneSize / 4, kMiddle), (Rgb{201, 43, 47}));
  EXPECT_EQ(picture.at(3 * kSceneSize / 4, kMiddle), (Rgb{41, 53, 199}));
  // Object 1 ends at x = 20 sharply: 20 / 48 of the view.
  const double edge = 20.0 / 48 * kSceneSize;
  EXPECT_GT(picture.at(static_cast<int>(edge) - 2, kMiddle).r, 190);
  EXPECT_EQ(picture.at(static_cast<int>(edge) + 2, kMiddle), (Rgb{0, 0, 0}));
  request.surfaces.front().only = 2;
  EXPECT_EQ(drawn(request).at(kSceneSize / 4, kMiddle), (Rgb{0, 0, 0}));
}

TEST(VolumeLook, LabelsAreCutEitherWay) {
  for (const bool as_voxels : {false, true}) {
    SceneRequest request = two_objects(as_voxels);
    request.look.crop_on = true;
    request.look.crop = {{0, 12, 0}, {48, 24, 24}};  // the lower half
    request.look.clip = {true, {1, 0, 0}, 0};        // and of it the left half
    const RgbaImage picture = drawn(request);
    const int above = kMiddle - 13, below = kMiddle + 13;
    EXPECT_EQ(picture.at(kSceneSize / 4, above), (Rgb{0, 0, 0})) << as_voxels;
    EXPECT_GT(picture.at(kSceneSize / 4, below).r, 100) << as_voxels;
    EXPECT_EQ(picture.at(3 * kSceneSize / 4, below), (Rgb{0, 0, 0})) << as_voxels;
  }
}

TEST(VolumeLook, NewColoursOfLabelsAreShown) {
  auto scene = Scene3d::create();
  ASSERT_TRUE(scene) << scene.error().what;
  for (const bool as_voxels : {false, true}) {
    SceneRequest request = two_objects(as_voxels);
    ASSERT_TRUE((*scene)->draw(request));
    request.surfaces.front().colours.own[1] = {10, 220, 10};
    const auto picture = (*scene)->draw(request);
    ASSERT_TRUE(picture);
    const Rgb left = picture->at(kSceneSize / 4, kMiddle);
    EXPECT_GT(left.g, 2 * left.r) << as_voxels;
  }
}

TEST(VolumeLook, ObjectsHideTheImageBehindThem) {
  // A bright plane behind object 1; in front of it nothing.
  for (const bool as_voxels : {false, true}) {
    SceneRequest request = two_objects(as_voxels);
    request.volumes.push_back(item_of(
        volume_of({24, 24, 48}, [](auto z, auto, auto) { return z > 20 ? 200 : 0; }), {0, 255, 0}));
    const RgbaImage picture = drawn(request);
    const Rgb object = picture.at(kSceneSize / 4, kMiddle);
    EXPECT_LT(object.g, object.r / 2) << as_voxels;
    EXPECT_GT(picture.at(kMiddle, kMiddle).g, 240) << as_voxels << ": between them it is seen";
  }
}

TEST(VolumeLook, TheSlicingPlaneShowsTheImagesColours) {
  // Value grows with x; the plane is seen face on, in the middle of z, so it shows what XY shows.
  const Index3 shape{21, 40, 40};
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.camera.orthographic = true;
  request.volumes.push_back(item_of(
      volume_of(shape, [](auto z, auto, auto x) { return static_cast<int>(z == 10 ? 5 * x : 0); }),
      {255, 128, 0}));
  request.look.method = VolumeMethod::kNone;
  request.look.slice = {true, {0, 0, 1}, 0};
  const RgbaImage picture = drawn(request);
  for (const int x : {5, 20, 35}) {
    const Rgb seen = picture.at(x * 4 + 2, kMiddle);  // the middle of voxel x
    EXPECT_NEAR(seen.r, 255 * 5 * x / 200, 4) << x;
    EXPECT_NEAR(seen.g, 128 * 5 * x / 200, 4) << x;
  }
  request.look.slice.distance = 3;
  EXPECT_LE(drawn(request).at(142, kMiddle).r, 3) << "another plane";
  // Oblique, at 45 degrees about y: at x it shows z = 10.5 - (x - 20), so plane 10 is met once.
  request.look.slice = {true, {1, 0, 1}, 0};
  const RgbaImage oblique = drawn(request);
  EXPECT_GT(oblique.at(80, kMiddle).r, 80);
  EXPECT_LE(oblique.at(120, kMiddle).r, 3);
}

TEST(VolumeLook, TheSlicingPlaneHidesWhatLiesBehindIt) {
  const Index3 shape{20, 40, 40};
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.volumes.push_back(item_of(volume_of(shape, [](auto z, auto, auto) {
    return z > 14 ? 200 : z == 10 ? 40 : 0;
  })));
  request.look.slice = {true, {0, 0, 1}, 0.5};  // through the middle of plane 10
  // The plane, and over it the haze that reaches half a voxel in front of it.
  EXPECT_NEAR(grey(drawn(request)), 255 * 40 / 200 + 25, 30);
  request.look.slice.on = false;
  EXPECT_NEAR(grey(drawn(request)), 255, 6);
}

TEST(VolumeLook, AnisotropicStacksKeepTheirProportionsFromEverySide) {
  // 8 planes of 3 units, seen from the side, are as deep as 24 voxels of 1 unit are wide.
  VoxelGrid grid;
  grid.spacing_z = 3;
  const Index3 shape{16, 48, 48};
  const auto block = volume_of(
      shape,
      [](auto z, auto y, auto x) {
        return z >= 4 && z < 12 && y >= 12 && y < 36 && x >= 12 && x < 36 ? 200 : 0;
      },
      grid);
  for (const auto method : {VolumeMethod::kMaximum, VolumeMethod::kIsosurface}) {
    for (const World forward : {World{0, 0, 1}, World{-1, 0, 0}, World{0, 1, 0}}) {
      SceneRequest request = straight_view(world_box(shape, grid), 60);
      request.camera.orthographic = true;
      request.camera.look_along(forward, forward.y > 0 ? World{0, 0, -1} : World{0, 1, 0});
      request.volumes.push_back(item_of(block));
      request.look.method = method;
      const auto extent = test::bright_extent(drawn(request));
      EXPECT_NEAR(extent.width(), 24.0 / 60 * kSceneSize, 4) << forward.x << forward.y << forward.z;
      EXPECT_NEAR(extent.height(), 24.0 / 60 * kSceneSize, 4)
          << forward.x << forward.y << forward.z;
    }
  }
}

TEST(VolumeLook, AMovedImageIsShownWhereItWasMovedTo) {
  VoxelGrid grid;
  grid.origin_x = 20;
  const Index3 shape{10, 20, 20};
  SceneRequest request = straight_view({{0, 0, 0}, {40, 20, 10}}, 40);
  request.camera.orthographic = true;
  request.volumes.push_back(item_of(volume_of(
      shape, [](auto, auto, auto) { return 200; }, grid)));
  const RgbaImage picture = drawn(request);
  EXPECT_EQ(grey(picture, 40, kMiddle), 0);
  EXPECT_GT(grey(picture, 120, kMiddle), 250);
}

TEST(VolumeLook, PerspectiveMakesFarThingsSmallerAndOrthographicDoesNot) {
  const Index3 shape{60, 40, 40};
  const auto plane_at = [&](std::int64_t at) {
    return volume_of(shape, [at](auto z, auto y, auto x) {
      return z == at && y >= 10 && y < 30 && x >= 10 && x < 30 ? 200 : 0;
    });
  };
  const auto width = [&](std::int64_t at, bool orthographic) {
    SceneRequest request = straight_view(world_box(shape, {}), 60);
    request.camera.orthographic = orthographic;
    request.volumes.push_back(item_of(plane_at(at)));
    return test::bright_extent(drawn(request)).width();
  };
  EXPECT_GT(width(5, false), width(54, false) + 8);
  EXPECT_NEAR(width(5, true), width(54, true), 1);
  EXPECT_NEAR(width(5, true), 20.0 / 60 * kSceneSize, 2);
}

}  // namespace
}  // namespace karyo
