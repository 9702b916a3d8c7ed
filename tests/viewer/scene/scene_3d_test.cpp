#include "viewer/scene/scene_3d.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "tests/viewer/scene/scene_fixture.h"

namespace karyo {
namespace {

using test::bright_extent;
using test::Extent;
using test::item_of;
using test::straight_view;

constexpr int kSize = test::kSceneSize;

/// A bright block of `extent` voxels in the middle of a dark volume.
std::shared_ptr<const Volume> block(Index3 shape, Index3 extent, VoxelGrid grid = {}) {
  Volume volume(VoxelType::kUInt8, {1, 1, shape.z, shape.y, shape.x}, grid);
  auto view = volume.view<std::uint8_t>();
  for (std::int64_t z = (shape.z - extent.z) / 2; z < (shape.z + extent.z) / 2; ++z) {
    for (std::int64_t y = (shape.y - extent.y) / 2; y < (shape.y + extent.y) / 2; ++y) {
      for (std::int64_t x = (shape.x - extent.x) / 2; x < (shape.x + extent.x) / 2; ++x) {
        view(z, y, x) = 200;
      }
    }
  }
  return std::make_shared<const Volume>(std::move(volume));
}

TEST(Scene3d, MaximumIntensityShowsTheVoxelsInTheirColours) {
  const Index3 shape{20, 40, 40};
  SceneRequest request = straight_view(world_box(shape, {}), 80);
  request.volumes.push_back(item_of(block(shape, {10, 20, 20}), {255, 128, 0}));
  const auto picture = draw_offscreen(request);
  ASSERT_TRUE(picture) << picture.error().what;
  const Rgb middle = picture->at(kSize / 2, kSize / 2);
  EXPECT_NEAR(middle.r, 255, 3);
  EXPECT_NEAR(middle.g, 128, 6);
  EXPECT_LE(middle.b, 3);
  EXPECT_LE(picture->at(4, 4).r, 3) << "around the block it is dark";
}

TEST(Scene3d, ChannelsAddUp) {
  const Index3 shape{20, 40, 40};
  SceneRequest request = straight_view(world_box(shape, {}), 80);
  request.volumes.push_back(item_of(block(shape, {10, 20, 20}), {255, 0, 0}));
  request.volumes.push_back(item_of(block(shape, {10, 20, 20}), {0, 0, 255}));
  const auto picture = draw_offscreen(request);
  ASSERT_TRUE(picture) << picture.error().what;
  const Rgb middle = picture->at(kSize / 2, kSize / 2);
  EXPECT_GE(middle.r, 250);
  EXPECT_GE(middle.b, 250);
  EXPECT_LE(middle.g, 3);
}

TEST(Scene3d, SpacingSetsTheProportions) {
  // Twice as wide in x as in y: a square of voxels becomes a 2:1 rectangle.
  VoxelGrid grid;
  grid.spacing_x = 2;
  const Index3 shape{20, 40, 40};
  SceneRequest request = straight_view(world_box(shape, grid), 120);
  request.volumes.push_back(item_of(block(shape, {2, 20, 20}, grid)));
  const auto picture = draw_offscreen(request);
  ASSERT_TRUE(picture) << picture.error().what;
  const Extent extent = bright_extent(*picture);
  EXPECT_NEAR(static_cast<double>(extent.width()) / extent.height(), 2.0, 0.15);
  // 20 units of 120 in a view of 160 pixels, in the plane of the focus.
  EXPECT_NEAR(extent.height(), 20.0 / 120 * kSize, 3);
}

TEST(Scene3d, SeenAlongZItHasTheHandOfThePlane) {
  const Index3 shape{8, 40, 40};
  Volume volume(VoxelType::kUInt8, {1, 1, shape.z, shape.y, shape.x});
  for (std::int64_t y = 2; y < 10; ++y) {
    for (std::int64_t x = 28; x < 38; ++x) volume.view<std::uint8_t>()(4, y, x) = 200;
  }
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.volumes.push_back(item_of(std::make_shared<const Volume>(std::move(volume))));
  const auto picture = draw_offscreen(request);
  ASSERT_TRUE(picture) << picture.error().what;
  const Extent extent = bright_extent(*picture);
  EXPECT_GT(extent.left, kSize / 2) << "high x is on the right";
  EXPECT_LT(extent.bottom, kSize / 2) << "low y is on top";
}

TEST(Scene3d, CompositeLetsNearMatterCoverFarMatter) {
  const Index3 shape{40, 20, 20};
  const auto near_block = [&](std::int64_t z) {
    Volume volume(VoxelType::kUInt8, {1, 1, shape.z, shape.y, shape.x});
    for (std::int64_t dz = 0; dz < 8; ++dz) {
      for (std::int64_t y = 4; y < 16; ++y) {
        for (std::int64_t x = 4; x < 16; ++x) volume.view<std::uint8_t>()(z + dz, y, x) = 200;
      }
    }
    return std::make_shared<const Volume>(std::move(volume));
  };
  SceneRequest request = straight_view(world_box(shape, {}), 40);
  request.look.method = VolumeMethod::kComposite;
  request.volumes = {item_of(near_block(2), {255, 0, 0}), item_of(near_block(30), {0, 255, 0})};
  const auto picture = draw_offscreen(request);
  ASSERT_TRUE(picture) << picture.error().what;
  const Rgb middle = picture->at(kSize / 2, kSize / 2);
  EXPECT_GT(middle.r, 150);
  EXPECT_LT(middle.g, middle.r / 3) << "low z is near the viewer";
}

TEST(Scene3d, SurfacesHaveTheLabelsColours) {
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
  SurfaceItem item;
  item.labels = LabelVolume::from_dense(labels.view());
  item.colours.own = {{1, {200, 40, 40}}, {2, {40, 40, 200}}};
  request.surfaces.push_back(item);
  const auto picture = draw_offscreen(request);
  ASSERT_TRUE(picture) << picture.error().what;
  const Rgb left = picture->at(kSize / 4, kSize / 2), right = picture->at(3 * kSize / 4, kSize / 2);
  EXPECT_GT(left.r, 2 * left.b);
  EXPECT_GT(left.r, 100);
  EXPECT_GT(right.b, 2 * right.r);
  EXPECT_GT(right.b, 100);
}

/// Whether a pixel is the accent, or all but.
bool accent_at(const RgbaImage& picture, int x, int y) {
  const Rgb c = picture.at(x, y);
  return std::abs(c.r - kAccent.r) < 40 && std::abs(c.g - kAccent.g) < 40 &&
         std::abs(c.b - kAccent.b) < 40;
}

TEST(Scene3d, SelectedObjectsHaveAnOutline) {
  const Index3 shape{20, 40, 80};
  LabelArray labels(shape);
  for (std::int64_t z = 5; z < 15; ++z) {
    for (std::int64_t y = 10; y < 30; ++y) {
      for (std::int64_t x = 0; x < 20; ++x) {
        labels(z, y, x + 10) = 1;
        labels(z, y, x + 50) = 2;
      }
    }
  }
  SceneRequest request = straight_view(world_box(shape, {}), 80);
  request.camera.orthographic = true;
  SurfaceItem item;
  item.labels = LabelVolume::from_dense(labels.view());
  item.colours.own = {{1, {200, 40, 40}}, {2, {200, 40, 40}}};
  request.surfaces.push_back(item);
  auto scene = Scene3d::create();
  ASSERT_TRUE(scene) << scene.error().what;
  using Ids = std::vector<std::uint32_t>;
  const auto rims = [&](const Ids& selected, bool as_voxels) {
    request.surfaces[0].selected = selected;
    request.look.labels_as_voxels = as_voxels;
    const auto picture = (*scene)->draw(request);
    std::array<int, 2> count{};
    if (!picture) return count;
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) count[x < kSize / 2 ? 0 : 1] += accent_at(*picture, x, y);
    }
    return count;
  };
  for (const bool as_voxels : {false, true}) {
    EXPECT_EQ(rims({}, as_voxels), (std::array{0, 0}));
    const auto left = rims({1}, as_voxels);
    // Around a square of 40 pixels; never over it.
    EXPECT_GT(left[0], 100) << as_voxels;
    EXPECT_LT(left[0], 600) << as_voxels;
    EXPECT_EQ(left[1], 0);
    const auto right = rims({2}, as_voxels);
    EXPECT_EQ(right[0], 0);
    EXPECT_GT(right[1], 100);
    EXPECT_EQ(rims({2, 9, 1}, as_voxels), (std::array{left[0], right[1]}));
    EXPECT_EQ(rims({9}, as_voxels), (std::array{0, 0})) << "there is no such object";
  }
  request.surfaces[0].only = 2;
  EXPECT_EQ(rims({1}, false), (std::array{0, 0})) << "it is not shown";
  request.surfaces[0].only = 0;
  request.look.crop_on = true;
  request.look.crop = {{40, 0, 0}, {80, 40, 20}};
  EXPECT_EQ(rims({1}, false), (std::array{0, 0})) << "it is cut away";
}

TEST(Scene3d, WhatIsIgnoredIsNotDrawn) {
  LabelArray labels(Index3{20, 40, 40});
  for (std::uint32_t& id : labels) id = kIgnoredLabel;
  SceneRequest request = straight_view(world_box(labels.shape(), {}), 80);
  SurfaceItem item;
  item.labels = LabelVolume::from_dense(labels.view());
  request.surfaces.push_back(item);
  for (const bool as_voxels : {false, true}) {
    request.look.labels_as_voxels = as_voxels;
    const auto picture = draw_offscreen(request);
    ASSERT_TRUE(picture) << picture.error().what;
    EXPECT_LE(picture->at(kSize / 2, kSize / 2).r, 5);
  }
}

TEST(Scene3d, ASceneDrawsAgainAfterItsContentsChange) {
  auto scene = Scene3d::create();
  ASSERT_TRUE(scene) << scene.error().what;
  const Index3 shape{20, 40, 40};
  SceneRequest request = straight_view(world_box(shape, {}), 80);
  request.volumes.push_back(item_of(block(shape, {10, 20, 20})));
  ASSERT_TRUE((*scene)->draw(request));
  request.volumes.front().low = 199;  // contrast
  request.volumes.front().high = 400;
  const auto dimmer = (*scene)->draw(request);
  ASSERT_TRUE(dimmer);
  EXPECT_LE(dimmer->at(kSize / 2, kSize / 2).r, 5);
  request.volumes.clear();
  request.width = 90;  // another size and nothing to show
  const auto empty = (*scene)->draw(request);
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->width(), 90);
  EXPECT_LE(empty->at(45, kSize / 2).r, 3);
}

TEST(Scene3d, NoSizeIsAnErrorWithARemedy) {
  SceneRequest request;
  const auto picture = draw_offscreen(request);
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(picture.error().fix.empty());
}

}  // namespace
}  // namespace karyo
