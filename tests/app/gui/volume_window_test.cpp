// The 3D view in the window: commands, clicks and turns, by their pictures.

#include <malloc.h>

#include <QImage>
#include <QMenu>
#include <QTimer>

#include <algorithm>
#include <cmath>

#include "app/gui/error_panel.h"
#include "app/macro.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class VolumeWindowTest : public WindowTest {
 protected:
  VolumeView& volume() { return window_.views().volume(); }
  RenderSurface& surface() { return volume().surface(); }

  /// 3D alone, seen from the front in parallel lines, drawn in full.
  void show_3d() {
    run("view.layout", {{"layout", "3d"}});
    run("view.orthographic", {{"on", true}});
    run("view.front");
    settle();
  }
  void run(const std::string& id, const nlohmann::json& arguments = nlohmann::json::object()) {
    const auto outcome = window_.commands().run(id, arguments);
    ASSERT_TRUE(outcome) << id << ": " << outcome.error().what;
  }
  void settle() {
    QTest::qWait(60);
    ASSERT_TRUE(wait_until([&] { return window_.settled() && !surface().picture().isNull(); }));
  }
  QImage picture() {
    settle();
    return surface().picture();
  }
  /// Pixels brighter than `least` within a part of the picture given in shares of it.
  static int lit(const QImage& picture, double left, double right, int least = 60) {
    int count = 0;
    for (int y = 0; y < picture.height(); ++y) {
      for (int x = int(left * picture.width()); x < int(right * picture.width()); ++x) {
        count += qGray(picture.pixel(x, y)) > least ? 1 : 0;
      }
    }
    return count;
  }
  /// Where a place of the world is on the surface.
  QPoint on_screen(const WorldPoint& place) {
    const auto at = surface().camera().project({place.x, place.y, place.z}, surface().width(),
                                               surface().height());
    return at ? QPoint(int((*at)[0]), int((*at)[1])) : QPoint(-1, -1);
  }
  /// One bright voxel in a dim stack, spacing 2 along z.
  void open_bright_voxel() {
    Volume image(VoxelType::kUInt8, {1, 1, 12, 40, 50});
    image.grid.spacing_z = 2;
    image.grid.unit = "um";
    auto* voxels = image.view<std::uint8_t>().row(0, 0);
    for (int i = 0; i < 12 * 40 * 50; ++i) voxels[i] = static_cast<std::uint8_t>(15 + i * 7 % 11);
    image.view<std::uint8_t>()(9, 12, 31) = 250;
    ASSERT_TRUE(write_image(folder_ / "bright.tif", image));
    open({folder_ / "bright.tif"});
    this->image().set_limits(0, {0, 255});
  }
};

TEST_F(VolumeWindowTest, EveryMethodIsACommandAndGivesAPictureOfItsOwn) {
  write_files();
  open({folder_ / "cells.tif"});
  show_3d();
  std::vector<QImage> pictures;
  for (const char* id : {"view.maximum", "view.minimum", "view.average", "view.attenuated",
                         "view.composite", "view.isosurface", "view.no_volume"}) {
    run(id);
    const Command* command = window_.commands().find(id);
    EXPECT_TRUE(command->checked()) << id;
    EXPECT_FALSE(command->title.empty());
    EXPECT_EQ(command->help.back(), '.') << id;
    pictures.push_back(picture());
  }
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) EXPECT_NE(pictures[i], pictures[k]) << i << " and " << k;
  }
  EXPECT_GT(lit(pictures[0], 0, 1), lit(pictures[1], 0, 1)) << "the darkest are darker";
}

TEST_F(VolumeWindowTest, WhatIsClosedIsNotHeldByThe3dView) {
  open_stack();
  show_3d();
  ASSERT_EQ(surface().scene().volumes.size(), 1u);
  const std::weak_ptr<const Volume> voxels = surface().scene().volumes.front().volume;
  workspace_.layers().clear();
  workspace_.history().reset();
  EXPECT_TRUE(wait_until([&] { return voxels.expired(); }));
  open_stack();
  EXPECT_GT(lit(picture(), 0, 1), 500) << "and it draws again";
}

/// What is allocated, MiB; 0 with a sanitizer's allocator.
double allocated_mib() {
  const struct mallinfo2 heap = mallinfo2();
  return static_cast<double>(heap.uordblks + heap.hblkhd) / (1 << 20);
}

// The software OpenGL driver has its textures on the heap.
TEST_F(VolumeWindowTest, LongOutOfSightItGivesItsTexturesBack) {
  Volume image(VoxelType::kUInt16, {1, 1, 256, 256, 256});
  ASSERT_TRUE(write_image(folder_ / "large.tif", image));
  open({folder_ / "large.tif"});
  show_3d();
  const double shown = allocated_mib();
  if (shown == 0) GTEST_SKIP() << "the allocator does not say";
  surface().findChild<QTimer*>("hidden")->setInterval(50);
  run("view.layout", {{"layout", "xy"}});
  EXPECT_TRUE(wait_until([&] { return allocated_mib() < shown - 30; })) << shown;
  run("view.layout", {{"layout", "3d"}});
  settle();
  EXPECT_TRUE(wait_until([&] { return allocated_mib() > shown - 10; })) << allocated_mib();
}

TEST_F(VolumeWindowTest, ACropCutsThePictureInHalf) {
  write_files();
  open({folder_ / "cells.tif"});
  show_3d();
  const QImage whole = picture();
  ASSERT_GT(lit(whole, 0.5, 1), 500);
  run("view.crop3d", {{"x", {0, 25}}});
  EXPECT_TRUE(volume().look().crop_on);
  run("view.box");  // without the frame's lines
  const QImage half = picture();
  EXPECT_GT(lit(half, 0, 0.5), 500);
  EXPECT_EQ(lit(half, 0.52, 1, 3), 0);
  run("view.crop3d");
  EXPECT_FALSE(volume().look().crop_on) << "without arguments it is switched";
  EXPECT_GT(lit(picture(), 0.5, 1), 500);
  run("view.clip3d", {{"normal", {0, 0, 1}}, {"distance", 0}});  // z, y, x: the right half goes
  EXPECT_EQ(lit(picture(), 0.52, 1, 3), 0);
}

TEST_F(VolumeWindowTest, ACropIsPutInOrderAndIntoTheStack) {
  write_files();
  open({folder_ / "cells.tif"});
  run("view.crop3d", {{"x", {40, 10}}, {"z", {-5, 1000}}});
  const WorldBox kept = volume().look().crop;
  EXPECT_DOUBLE_EQ(kept.low.x, 10);
  EXPECT_DOUBLE_EQ(kept.high.x, 40);
  EXPECT_DOUBLE_EQ(kept.low.z, 0);
  EXPECT_DOUBLE_EQ(kept.high.z, 24);
  run("view.crop3d", {{"y", {500, 600}}});
  EXPECT_LT(volume().look().crop.low.y, volume().look().crop.high.y);
}

TEST_F(VolumeWindowTest, ArgumentsOutOfRangeAreErrorsWithARemedy) {
  open_stack();
  const std::vector<std::pair<const char*, nlohmann::json>> bad{
      {"view.crop3d", {{"x", {1}}}},
      {"view.clip3d", {{"normal", {0, 0, 0}}}},
      {"view.slice3d", {{"normal", {1, 2}}}},
      {"view.attenuated", {{"attenuation", -1}}},
      {"view.isosurface", {{"share", 1.5}}},
      {"view.opacity_curve", {{"points", {0, 0, 1}}}},
      {"view.opacity_curve", {{"points", {0.5, 0, 1, 1}}}},
      {"view.turntable", {{"path", "x"}, {"frames", 1}}},
      {"view.turntable", {{"path", "x"}, {"width", 1e30}}}};
  const VolumeLook before = volume().look();
  for (const auto& [id, arguments] : bad) {
    const auto outcome = window_.commands().run(id, arguments);
    ASSERT_FALSE(outcome) << id << arguments;
    EXPECT_FALSE(outcome.error().fix.empty());
  }
  EXPECT_EQ(volume().look(), before);
}

TEST_F(VolumeWindowTest, AThresholdIsGivenAsAValueToo) {
  write_files();
  open({folder_ / "cells.tif"});
  image().set_limits(0, {100, 900});
  run("view.isosurface", {{"value", 300}});
  EXPECT_NEAR(volume().look().threshold, 0.25, 1e-9);
}

TEST_F(VolumeWindowTest, AClickGoesToTheBrightestVoxelBehindIt) {
  open_bright_voxel();
  show_3d();
  const Index3 bright{9, 12, 31};
  const QPoint at = on_screen(centre_of(bright, workspace_.layers().grid()));
  ASSERT_NE(cursor(), bright);
  QTest::mouseClick(&surface(), Qt::LeftButton, {}, at);
  EXPECT_EQ(cursor(), bright);
  // From another side, and by the picture: its brightest pixel.
  workspace_.view().set_cursor_voxel({0, 0, 0}, workspace_.layers().grid());
  run("view.orthographic", {{"on", false}});
  run("view.turn", {{"azimuth", 40}, {"elevation", 25}});
  run("view.box");
  const QImage drawn = picture();
  QPoint brightest;
  for (int y = 0; y < drawn.height(); ++y) {
    for (int x = 0; x < drawn.width(); ++x) {
      if (qGray(drawn.pixel(x, y)) > qGray(drawn.pixel(brightest))) brightest = {x, y};
    }
  }
  QTest::mouseClick(&surface(), Qt::LeftButton, {}, brightest / surface().devicePixelRatio());
  EXPECT_EQ(cursor(), bright);
}

TEST_F(VolumeWindowTest, AClickOnAnObjectSelectsIt) {
  open_stack();
  show_3d();
  for (const bool as_voxels : {false, true}) {
    run("view.labels_as_voxels", {{"on", as_voxels}});
    workspace_.view().set_cursor_voxel({11, 0, 0}, workspace_.layers().grid());
    auto& labels = dynamic_cast<LabelsLayer&>(workspace_.layers().at(1));
    labels.set_selected(0);
    run("view.no_volume");
    settle();
    QTest::mouseClick(&surface(), Qt::LeftButton, {},
                      on_screen(centre_of({6, 20, 25}, workspace_.layers().grid())));
    EXPECT_EQ(labels.selected(), 3u);
    EXPECT_EQ(cursor(), (Index3{2, 20, 25})) << "the object's first voxel from the front";
  }
}

TEST_F(VolumeWindowTest, TheCrosshairIsMarked) {
  open_bright_voxel();
  show_3d();
  run("view.no_volume");
  run("view.box");
  settle();
  const auto marked = [&] {
    const QImage seen = surface().grab().toImage();
    const QPoint at = on_screen(workspace_.view().cursor()) * surface().devicePixelRatio();
    return lit(seen.copy(QRect(at - QPoint(15, 15), QSize(31, 31))), 0, 1);
  };
  EXPECT_GT(marked(), 10);
  workspace_.view().set_cursor_voxel({2, 30, 10}, workspace_.layers().grid());
  EXPECT_GT(marked(), 10);
  run("view.crosshair");
  EXPECT_EQ(marked(), 0);
}

TEST_F(VolumeWindowTest, CommandsStandInAMenuOfTheirOwn) {
  open_stack();
  QMenu* found = nullptr;
  for (QMenu* menu : window_.findChildren<QMenu*>()) {
    if (menu->title() == "3D") found = menu;
  }
  ASSERT_NE(found, nullptr);
  Q_EMIT found->aboutToShow();
  QAction* crop = nullptr;
  for (QAction* entry : found->actions()) {
    EXPECT_FALSE(entry->text().contains("3D:")) << entry->text().toStdString();
    if (entry->text() == "Crop") crop = entry;
    if (entry->text() == "Stop the film") {
      EXPECT_FALSE(entry->isEnabled());
    }
  }
  ASSERT_NE(crop, nullptr);
  EXPECT_FALSE(crop->isChecked());
  crop->trigger();
  EXPECT_TRUE(volume().look().crop_on);
  Q_EMIT found->aboutToShow();
  EXPECT_TRUE(crop->isChecked());
}

TEST_F(VolumeWindowTest, ADragTurnsAndLeavesTheCrosshair) {
  open_stack();
  show_3d();
  const Index3 before = cursor();
  const World forward = surface().camera().forward;
  QTest::mousePress(&surface(), Qt::LeftButton, {}, {200, 200});
  QTest::mouseMove(&surface(), {260, 230});
  QTest::mouseRelease(&surface(), Qt::LeftButton, {}, {260, 230});
  EXPECT_EQ(cursor(), before);
  EXPECT_NE(surface().camera().forward, forward);
}

TEST_F(VolumeWindowTest, DoubleClickStillShowsOneViewAndAllAgain) {
  open_stack();
  QTest::mouseDClick(&surface(), Qt::LeftButton, {}, {100, 100});
  EXPECT_TRUE(volume().isVisible());
  EXPECT_FALSE(xy().isVisible());
  QTest::mouseDClick(&surface(), Qt::LeftButton, {}, {100, 100});
  EXPECT_TRUE(xy().isVisible());
}

TEST_F(VolumeWindowTest, StandardViewsAgreeWithThePlanes) {
  open_stack();
  show_3d();
  EXPECT_EQ(surface().camera().forward, (World{0, 0, 1}));
  run("view.top");
  EXPECT_EQ(surface().camera().forward, (World{0, 1, 0}));
  EXPECT_EQ(surface().camera().right, (World{1, 0, 0}));
  run("view.side");
  EXPECT_EQ(surface().camera().right, (World{0, 0, 1})) << "z to the right, as YZ";
  EXPECT_EQ(surface().camera().down, (World{0, 1, 0}));
  EXPECT_TRUE(volume().orthographic()) << "the projection stays";
  run("view.reset");
  EXPECT_TRUE(volume().orthographic());
  // A turn and back again.
  const World forward = surface().camera().forward;
  run("view.turn", {{"azimuth", 90}});
  EXPECT_NEAR(dot(surface().camera().forward, forward), 0, 1e-9);
  run("view.turn", {{"azimuth", -90}});
  EXPECT_NEAR(dot(surface().camera().forward, forward), 1, 1e-9);
}

TEST_F(VolumeWindowTest, AnotherStackIsNotCutAsTheLastOneWas) {
  open_stack();
  run("view.crop3d", {{"x", {0, 5}}});
  run("view.slice3d", {{"on", true}});
  while (workspace_.layers().count() > 0) run("layer.delete");
  open_bright_voxel();
  EXPECT_FALSE(volume().look().crop_on);
  EXPECT_FALSE(volume().look().slice.on);
}

TEST_F(VolumeWindowTest, AMacroKeepsTheLastPlaceOfADrag) {
  open_stack();
  MacroRecorder recorder(window_.commands());
  recorder.start();
  run("view.crop3d", {{"x", {0, 20}}});
  run("view.crop3d", {{"x", {0, 15}}});
  run("view.turn", {{"azimuth", 10}});
  run("view.turn", {{"azimuth", 10}});
  ASSERT_EQ(recorder.steps().size(), 3u);
  EXPECT_EQ(recorder.steps()[0].arguments["x"][1], 15);
}

}  // namespace
}  // namespace karyo::gui
