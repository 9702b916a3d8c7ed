// A plane's picture comes in parts where drawing it takes long, and is the same in the end.

#include "app/gui/paced_picture.h"

#include <gtest/gtest.h>

#include <QTest>
#include <algorithm>
#include <memory>

#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"

namespace karyo::gui {
namespace {

using Clock = SliceCompositor::Clock;
constexpr Clock::time_point kNever = Clock::time_point::max();

/// An image with labels over it, and a view that shows all of a plane.
struct Scene {
  Scene() {
    auto volume = std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, 1, 40, 300, 400});
    auto voxels = volume->view<std::uint8_t>();
    LabelArray ids(Index3{40, 300, 400});
    for (int z = 0; z < 40; ++z) {
      for (int y = 0; y < 300; ++y) {
        for (int x = 0; x < 400; ++x) {
          voxels(z, y, x) = static_cast<std::uint8_t>(x * 7 + y * 3 + z * 11);
          ids(z, y, x) = (x / 30 + y / 20) % 3 == 0 ? static_cast<std::uint32_t>(1 + x / 30) : 0;
        }
      }
    }
    layers.add(std::make_shared<ImageLayer>("image", volume));
    layers.add(std::make_shared<LabelsLayer>("labels", LabelVolume::from_dense(ids.view())));
  }
  ViewTransform view(Plane plane, int width = 400, int height = 300) const {
    return {plane, {20, 150, 200}, 1, width, height};
  }
  void compose(PacedPicture& picture, const ViewTransform& seen, Clock::time_point until) const {
    picture.compose(layers, seen, 0, {}, until);
  }
  RgbaImage at_once(const ViewTransform& seen) const {
    SliceCompositor compositor;
    RgbaImage picture;
    compositor.compose(layers, seen, 0, picture);
    return picture;
  }

  LayerList layers;
};

TEST(PacedPicture, WhatThereIsTimeForComesAsAWhole) {
  const Scene scene;
  for (const Plane plane : kPlanes) {
    PacedPicture picture;
    scene.compose(picture, scene.view(plane), kNever);
    EXPECT_TRUE(picture.drawn());
    EXPECT_EQ(picture.pixels(), scene.at_once(scene.view(plane)));
  }
}

TEST(PacedPicture, WithoutTimeItComesInPartsAndIsTheSame) {
  const Scene scene;
  for (const Plane plane : kPlanes) {
    PacedPicture picture;
    int parts = 0;
    do {
      scene.compose(picture, scene.view(plane), Clock::now());
      ++parts;
    } while (!picture.drawn() && parts < 1000);
    EXPECT_GE(parts, 300 / 64) << "a row of blocks at a time";
    EXPECT_EQ(picture.pixels(), scene.at_once(scene.view(plane)));
  }
}

TEST(PacedPicture, AMovingHandDoesNotStarveTheLowerRows) {
  Scene scene;
  const ViewTransform view = scene.view(Plane::kXY);
  PacedPicture picture;
  scene.compose(picture, view, kNever);
  scene.layers.at(0).set_opacity(0.5);
  for (int event = 0; event < 30; ++event) {  // each makes all of it due again
    picture.redraw();
    scene.compose(picture, view, Clock::now());
    EXPECT_FALSE(picture.drawn());
  }
  EXPECT_EQ(picture.pixels(), scene.at_once(view)) << "30 times 16 rows of 300";
}

TEST(PacedPicture, AChangedPartIsDrawnAlone) {
  Scene scene;
  const ViewTransform view = scene.view(Plane::kXY);
  PacedPicture picture;
  scene.compose(picture, view, kNever);
  const RgbaImage before = picture.pixels();
  scene.layers.at(1).set_visible(false);
  picture.redraw({10, 20, 200, 220});
  int parts = 0;
  for (; parts == 0 || !picture.drawn(); ++parts) scene.compose(picture, view, Clock::now());
  EXPECT_GE(parts, 200 / 16) << "slow ones in parts too";
  const RgbaImage after = scene.at_once(view);
  for (int y = 0; y < view.height; ++y) {
    for (int x = 0; x < view.width; ++x) {
      const bool inside = x >= 10 && x < 200 && y >= 20 && y < 220;
      ASSERT_EQ(picture.pixels().row(y)[x], (inside ? after : before).row(y)[x]) << x << ", " << y;
    }
  }
}

TEST(PacedPicture, AChangeWhileItComesIsNotLost) {
  Scene scene;
  const ViewTransform view = scene.view(Plane::kXY);
  PacedPicture picture;
  for (int part = 0; part < 5; ++part) scene.compose(picture, view, Clock::now());
  scene.layers.at(1).set_visible(false);
  picture.redraw({0, 0, 400, 40});  // rows that were drawn already
  picture.redraw({0, 250, 400, 300});
  for (int part = 0; part < 1000 && !picture.drawn(); ++part) {
    scene.compose(picture, view, Clock::now());
  }
  EXPECT_EQ(picture.pixels(), scene.at_once(view));
}

TEST(PacedPicture, AnotherSizeShowsThePictureBeforeUntilItsRowsCome) {
  const Scene scene;
  PacedPicture picture;
  scene.compose(picture, scene.view(Plane::kXY), kNever);
  const RgbaImage before = picture.pixels();
  const ViewTransform larger = scene.view(Plane::kXY, 800, 600);
  scene.compose(picture, larger, Clock::now());
  ASSERT_FALSE(picture.drawn());
  EXPECT_EQ(picture.pixels().at(640, 590).r, before.at(320, 295).r);
  picture.hurry();
  scene.compose(picture, larger, Clock::now());
  EXPECT_TRUE(picture.drawn()) << "in a hurry";
  EXPECT_EQ(picture.pixels(), scene.at_once(larger));
}

TEST(DrawingTime, ViewsOfOneEventShareIt) {
  DrawingTime time;
  const auto first = time.until();
  EXPECT_EQ(time.until(), first);
  QTest::qSleep(static_cast<int>(DrawingTime::kMost.count()));
  EXPECT_GT(time.until(), Clock::now()) << "each has a little";
  EXPECT_LT(time.until(), first + DrawingTime::kMost);
  QCoreApplication::processEvents();
  EXPECT_GE(time.until(), first + DrawingTime::kMost) << "another event";
}

}  // namespace
}  // namespace karyo::gui
