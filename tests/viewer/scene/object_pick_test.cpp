// Objects found along lines of sight, against every voxel's own answer.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/random.h"
#include "tests/viewer/scene/scene_fixture.h"
#include "viewer/scene/ray_pick.h"

namespace karyo {
namespace {

using test::item_of;
using test::kSceneSize;
using test::straight_view;
using test::volume_of;

constexpr double kMiddle = kSceneSize / 2.0;

struct Entered {
  double begin = 0, end = std::numeric_limits<double>::infinity();
  /// The part of the line on the side where a * t + b >= 0.
  void keep(double a, double b) {
    if (a > 0) begin = std::max(begin, -b / a);
    if (a < 0) end = std::min(end, -b / a);
    if (a == 0 && b < 0) end = begin;
  }
};

Index3 voxel_of(World place, const VoxelGrid& grid) {
  return voxel_at({place.z, place.y, place.x}, grid);
}

/// All voxels that are drawn, each by where the line goes into its cube and what the cuts leave of
/// that: the nearest. `second` is where the next one begins.
struct Reference {
  std::uint32_t label = 0;
  std::size_t surface = 0;
  Index3 voxel;
  double begin = std::numeric_limits<double>::infinity();
  double second = std::numeric_limits<double>::infinity();
  double shortest = std::numeric_limits<double>::infinity();  // way through a voxel
};
Reference pick_reference(const SceneRequest& request, double x_px, double y_px) {
  const Ray ray = request.camera.ray(x_px, y_px, request.width, request.height);
  const std::array<double, 3> from{ray.origin.z, ray.origin.y, ray.origin.x};
  const std::array<double, 3> by{ray.direction.z, ray.direction.y, ray.direction.x};
  Reference best;
  for (std::size_t s = 0; s < request.surfaces.size(); ++s) {
    const SurfaceItem& item = request.surfaces[s];
    const Index3 shape = item.labels.shape();
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      const Index3 p{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
      const std::uint32_t id = item.labels.at(p);
      if (id == 0 || id == kIgnoredLabel || (item.only != 0 && item.only != id)) continue;
      const WorldPoint middle = centre_of(p, item.grid);
      Entered part;
      for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
        const auto a = static_cast<std::size_t>(axis);
        const double half = spacing_along(item.grid, axis) / 2;
        part.keep(by[a], from[a] - (middle[axis] - half));
        part.keep(-by[a], middle[axis] + half - from[a]);
      }
      for (const HalfSpace& cut : all_cuts(request.look, request.box)) {
        part.keep(dot(cut.normal, ray.direction), cut.distance(ray.origin));
      }
      if (part.end <= part.begin) continue;
      best.shortest = std::min(best.shortest, part.end - part.begin);
      if (part.begin < best.begin) {
        best = {id, s, p, part.begin, best.begin, best.shortest};
      } else {
        best.second = std::min(best.second, part.begin);
      }
    }
  }
  return best;
}

TEST(ObjectPick, IsTheNearestVoxelThatIsDrawnWhateverIsCutAndFromWhereverItIsSeen) {
  Random random(31);
  int found = 0, empty = 0, close = 0;
  for (int trial = 0; trial < 120; ++trial) {
    const Index3 shape{3 + random.below(9), 3 + random.below(12), 3 + random.below(12)};
    SceneRequest request;
    for (int layer = 0; layer < 1 + trial % 2; ++layer) {
      LabelArray labels(shape);
      for (std::int64_t i = 0; i < shape.count(); ++i) {
        const double chance = random.uniform();
        labels.data()[i] = chance < 0.1    ? static_cast<std::uint32_t>(1 + random.below(4))
                           : chance < 0.12 ? kIgnoredLabel
                                           : 0;
      }
      SurfaceItem item;
      item.labels = LabelVolume::from_dense(labels.view());
      item.grid.spacing_z = random.uniform(0.3, 3);
      item.grid.spacing_y = random.uniform(0.5, 2);
      item.grid.spacing_x = random.uniform(0.5, 2);
      if (layer == 1) item.grid.origin_x = random.uniform(-2, 2);
      item.only = trial % 5 == 0 ? 2 : 0;
      request.surfaces.push_back(item);
    }
    request.box = world_box(shape, request.surfaces[0].grid);
    request.width = 90;
    request.height = 70;
    request.camera = Camera::showing(request.box, 90.0 / 70);
    request.camera.turn(random.uniform(-3, 3), random.uniform(-3, 3));
    request.camera.orthographic = trial % 2 == 0;
    if (trial % 7 == 0) request.camera.zoom(6);  // the eye among the voxels
    const World size = request.box.size();
    if (trial % 3 == 0) {
      request.look.crop_on = true;
      request.look.crop = {size * random.uniform(0, 0.4), size * random.uniform(0.5, 1)};
    }
    if (trial % 4 == 1) {
      request.look.clip = {true,
                           {random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(0.1, 1)},
                           random.uniform(-0.2, 0.2) * size.z};
    }
    for (int ray = 0; ray < 60; ++ray) {
      const double x = random.uniform(0, 90), y = random.uniform(0, 70);
      const Reference wanted = pick_reference(request, x, y);
      const auto picked = pick_object(request, x, y);
      // Corners that are grazed and two that begin at once are a matter of rounding.
      if (wanted.shortest < 1e-7 || wanted.second - wanted.begin < 1e-7) {
        ++close;
        continue;
      }
      ASSERT_EQ(picked.has_value(), wanted.label != 0) << "trial " << trial << " " << x << " " << y;
      (picked ? found : empty) += 1;
      if (!picked) continue;
      EXPECT_EQ(picked->label, wanted.label) << "trial " << trial << " " << x << " " << y;
      EXPECT_EQ(picked->surface, wanted.surface);
      const VoxelGrid& grid = request.surfaces[wanted.surface].grid;
      EXPECT_EQ(voxel_of(picked->place, grid), wanted.voxel);
    }
  }
  EXPECT_GT(found, 1200);
  EXPECT_GT(empty, 800);
  EXPECT_LT(close, 50);
}

/// An object behind a bright voxel, in a dim ground.
SceneRequest behind_a_bright_voxel(VolumeMethod method) {
  const Index3 shape{30, 21, 21};
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.camera.orthographic = true;
  request.look.method = method;
  request.volumes.push_back(item_of(volume_of(
      shape, [](auto z, auto y, auto x) { return z == 8 && y == 10 && x == 10 ? 250 : 20; })));
  LabelArray labels(shape);
  labels(14, 10, 10) = 7;
  SurfaceItem item;
  item.labels = LabelVolume::from_dense(labels.view());
  request.surfaces.push_back(item);
  return request;
}

TEST(ObjectPick, LooksThroughProjectionsAndNotThroughWhatIsSolid) {
  for (const auto method :
       {VolumeMethod::kMaximum, VolumeMethod::kMinimum, VolumeMethod::kAverage,
        VolumeMethod::kAttenuated, VolumeMethod::kComposite, VolumeMethod::kNone}) {
    const auto picked = pick_object(behind_a_bright_voxel(method), kMiddle, kMiddle);
    ASSERT_TRUE(picked) << static_cast<int>(method);
    EXPECT_EQ(picked->label, 7u);
    EXPECT_EQ(picked->place, (World{10.5, 10.5, 14.5}));
  }
  EXPECT_EQ(pick(behind_a_bright_voxel(VolumeMethod::kMaximum), kMiddle, kMiddle)->label, 0u)
      << "the crosshair goes to what is seen";
  SceneRequest request = behind_a_bright_voxel(VolumeMethod::kIsosurface);
  EXPECT_FALSE(pick_object(request, kMiddle, kMiddle)) << "behind the image's surface";
  request.look.crop_on = true;
  request.look.crop = {{0, 0, 9}, {21, 21, 30}};
  EXPECT_TRUE(pick_object(request, kMiddle, kMiddle)) << "which is cut away";
  request = behind_a_bright_voxel(VolumeMethod::kNone);
  request.look.slice = {true, {0, 0, 1}, -3};
  EXPECT_FALSE(pick_object(request, kMiddle, kMiddle)) << "behind the slicing plane";
  request.look.slice.distance = 3;
  EXPECT_TRUE(pick_object(request, kMiddle, kMiddle)) << "before it";
}

TEST(ObjectPick, WhatIsIgnoredIsNoObject) {
  SceneRequest request = behind_a_bright_voxel(VolumeMethod::kNone);
  LabelArray labels = request.surfaces[0].labels.to_dense();
  labels(3, 10, 10) = kIgnoredLabel;
  request.surfaces[0].labels = LabelVolume::from_dense(labels.view());
  ASSERT_TRUE(pick_object(request, kMiddle, kMiddle));
  EXPECT_EQ(pick_object(request, kMiddle, kMiddle)->label, 7u);
  EXPECT_EQ(pick(request, kMiddle, kMiddle)->label, 7u);
}

}  // namespace
}  // namespace karyo
