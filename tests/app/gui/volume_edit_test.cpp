// Objects picked, deleted and merged in the 3D view.

#include <QLabel>
#include <QMenu>
#include <QTabWidget>
#include <QTableView>
#include <algorithm>
#include <cstdlib>

#include "app/dataset_session.h"
#include "app/gui/draw_tool.h"
#include "app/gui/error_panel.h"
#include "app/gui/paint_tool.h"
#include "app/gui/volume_tool.h"
#include "app/macro.h"
#include "app/object_checks.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

/// A stack with three blocks, seen from the front: 1 to the left, 2 to the right, 3 behind 2.
class VolumeEditTest : public WindowTest {
 protected:
  void open_blocks() {
    Volume image(VoxelType::kUInt8, {1, 1, 16, 40, 60});
    image.grid.spacing_z = 2;
    image.grid.unit = "um";
    LabelArray mask(Index3{16, 40, 60});
    auto view = image.view<std::uint8_t>();
    for (int z = 0; z < 16; ++z) {
      for (int y = 10; y < 30; ++y) {
        for (int x = 8; x < 54; ++x) {
          const bool left = x < 26 && z >= 3 && z < 12, right = x >= 34;
          const int id = left                        ? 1
                         : right && z >= 2 && z < 6  ? 2
                         : right && z >= 9 && z < 14 ? 3
                                                     : 0;
          mask(z, y, x) = static_cast<std::uint32_t>(id);
          view(z, y, x) = static_cast<std::uint8_t>(id == 0 ? 10 : 20 + 3 * id);
        }
      }
    }
    ASSERT_TRUE(write_image(folder_ / "images/stack.tif", image));
    ASSERT_TRUE(write_labels(folder_ / "masks/stack.tif", mask, image.grid));
    window_.resize(1280, 800);
    window_.open_dataset(folder_.path().string());
    ASSERT_TRUE(
        wait_until([&] { return workspace_.dataset().labels() != nullptr && !workspace_.busy(); }));
    image_layer().set_limits(0, {0, 255});
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
  RenderSurface& surface() { return window_.views().volume().surface(); }
  LabelsLayer& labels() { return *workspace_.dataset().labels(); }
  ImageLayer& image_layer() {
    for (int i = 0; i < workspace_.layers().count(); ++i) {
      if (auto* found = dynamic_cast<ImageLayer*>(&workspace_.layers().at(i))) return *found;
    }
    ADD_FAILURE() << "no image";
    return image();
  }
  LabelArray all() { return labels().labels().to_dense(); }
  std::int64_t count(std::uint32_t id) {
    const LabelArray now = all();
    return std::count(now.begin(), now.end(), id);
  }
  /// Where a voxel is on the surface.
  QPoint at(const Index3& voxel) {
    const WorldPoint place = centre_of(voxel, workspace_.layers().grid());
    const auto found = surface().camera().project({place.x, place.y, place.z}, surface().width(),
                                                  surface().height());
    return found ? QPoint(int((*found)[0]), int((*found)[1])) : QPoint(-1, -1);
  }
  void click(const QPoint& place) {
    QTest::mouseClick(&surface(), Qt::LeftButton, {}, place);
    QTest::qWait(10);
  }
  void move(const QPoint& place, Qt::MouseButtons buttons) {
    QMouseEvent event(QEvent::MouseMove, place, surface().mapToGlobal(place), Qt::NoButton, buttons,
                      {});
    QApplication::sendEvent(&surface(), &event);
  }
  void drag(const QPoint& from, const QPoint& to, bool release = true) {
    QTest::mousePress(&surface(), Qt::LeftButton, {}, from);
    for (const double part : {0.2, 0.6, 1.0}) move(from + part * (to - from), Qt::LeftButton);
    if (release) QTest::mouseRelease(&surface(), Qt::LeftButton, {}, to);
    QTest::qWait(10);
  }
  QString place_text() { return window_.findChild<QLabel*>("place")->text(); }

  const Index3 one_{7, 20, 15}, two_{4, 20, 45}, three_{11, 20, 45}, beside_{8, 3, 30};
};

TEST_F(VolumeEditTest, TheObjectUnderThePointerIsSaidAndAClickSelectsIt) {
  open_blocks();
  EXPECT_EQ(window_.mode(), MainWindow::Mode::kAnnotate);
  window_.findChild<QTabWidget*>("annotate_tabs")->setCurrentIndex(1);
  auto* table = window_.findChild<QTableView*>("objects");
  ASSERT_TRUE(wait_until([&] { return table->model()->rowCount() == 3; }));
  move(at(two_), Qt::NoButton);
  EXPECT_TRUE(place_text().contains("object 2")) << place_text().toStdString();
  move(at(one_), Qt::NoButton);
  EXPECT_TRUE(place_text().contains("object 1")) << place_text().toStdString();
  EXPECT_EQ(labels().selected(), 0u) << "looking selects nothing";
  const Index3 before = cursor();
  key(Qt::Key_L);
  click(at(two_));
  EXPECT_EQ(labels().selected(), 2u);
  EXPECT_EQ(cursor(), before) << "the pick tool leaves the crosshair, as in the planes";
  ASSERT_EQ(table->selectionModel()->selectedRows().size(), 1);
  EXPECT_EQ(table->selectionModel()->selectedRows()[0].data().toUInt(), 2u);
  settle();
  show_people(window_, "volume_picked");
  click(at(beside_));
  EXPECT_EQ(labels().selected(), 0u);
  run("tool.move");
  click(at(one_));
  EXPECT_EQ(labels().selected(), 1u);
  EXPECT_EQ(cursor(), (Index3{3, 20, 15})) << "without a tool the crosshair goes there";
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(VolumeEditTest, WhatIsSelectedElsewhereHasAnOutlineHere) {
  open_blocks();
  run("view.crosshair");
  settle();
  const auto accents = [&] {
    settle();
    int count = 0;
    const QImage picture = surface().picture();
    for (int y = 0; y < picture.height(); ++y) {
      for (int x = 0; x < picture.width(); ++x) {
        const QColor c = picture.pixelColor(x, y);
        count += std::abs(c.red() - kAccent.r) < 40 && std::abs(c.green() - kAccent.g) < 40 &&
                         std::abs(c.blue() - kAccent.b) < 40
                     ? 1
                     : 0;
      }
    }
    return count;
  };
  const int before = accents();
  labels().set_selected(1);
  const int one = accents();
  EXPECT_GT(one, before + 100);
  workspace_.checks().selection().choose(workspace_.dataset().labels(), {2, 1});
  EXPECT_GT(accents(), one + 100) << "each has one";
  labels().set_selected(0);
  EXPECT_EQ(accents(), before);
}

TEST_F(VolumeEditTest, ACtrlDragSelectsWhatIsSeenInItsRectangle) {
  open_blocks();
  const LabelArray start = all();
  const auto drag = [&](const QPoint& from, const QPoint& to) {
    QTest::mousePress(&surface(), Qt::LeftButton, Qt::ControlModifier, from);
    for (const double part : {0.3, 1.0}) {
      const QPointF place = from + part * QPointF(to - from);
      QMouseEvent event(QEvent::MouseMove, place, surface().mapToGlobal(place), Qt::NoButton,
                        Qt::LeftButton, Qt::ControlModifier);
      QApplication::sendEvent(&surface(), &event);
    }
    show_people(window_, "volume_rubber_band");
    QTest::mouseRelease(&surface(), Qt::LeftButton, Qt::ControlModifier, to);
    settle();
    ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  };
  const auto selected = [&] {
    auto ids = workspace_.checks().selection().of(labels());
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  const Camera before = surface().camera();
  drag(at({4, 6, 32}), at({4, 34, 58}));
  EXPECT_EQ(selected(), std::vector<std::uint32_t>({2})) << "3 is behind it, and not seen";
  drag(at({4, 18, 20}), at({4, 22, 40}));
  EXPECT_EQ(selected(), std::vector<std::uint32_t>({1, 2}));
  settle();
  show_people(window_, "volume_several_outlined");
  drag(at({4, 1, 2}), at({4, 5, 6}));
  EXPECT_EQ(selected(), std::vector<std::uint32_t>({1, 2})) << "there is none";
  EXPECT_TRUE(all() == start);
  EXPECT_EQ(surface().camera().position().x, before.position().x) << "the view does not turn";
}

TEST_F(VolumeEditTest, CtrlClicksSelectSeveralAndARightClickOpensTheirMenu) {
  open_blocks();
  const LabelArray start = all();
  click(at(one_));
  settle();
  const auto seen_at = [&](const World& place) {
    const auto found = surface().camera().project(place, surface().width(), surface().height());
    return surface().grab().toImage().pixel(int((*found)[0]), int((*found)[1]));
  };
  const World middle_of_one{17, 20, 15}, middle_of_two{44, 20, 8};
  const QRgb one = seen_at(middle_of_one), two = seen_at(middle_of_two);
  QTest::mouseClick(&surface(), Qt::LeftButton, Qt::ControlModifier, at(two_));
  const auto selected = [&] { return workspace_.checks().selection().of(labels()); };
  EXPECT_EQ(selected(), std::vector<std::uint32_t>({1, 2}));
  settle();
  show_people(window_, "volume_several_selected");
  EXPECT_NE(seen_at(middle_of_one), one) << "a dot in each";
  EXPECT_NE(seen_at(middle_of_two), two);
  QTest::mouseClick(&surface(), Qt::RightButton, {}, at(one_));
  auto* menu = window_.findChild<QMenu*>(QStringLiteral("object_menu"));
  ASSERT_NE(menu, nullptr);
  for (QAction* action : menu->actions()) {
    if (action->text() == QStringLiteral("Delete")) action->trigger();
  }
  menu->close();
  settle();
  EXPECT_EQ(count(1) + count(2), 0);
  EXPECT_GT(count(3), 0);
  run("edit.undo");
  EXPECT_TRUE(all() == start) << "one step";
  // A right drag turns the view, as before, and opens nothing.
  const QPoint before = at(three_);
  QTest::mousePress(&surface(), Qt::RightButton, {}, at(one_));
  move(at(one_) + QPoint(60, 10), Qt::RightButton);
  QTest::mouseRelease(&surface(), Qt::RightButton, {}, at(one_) + QPoint(60, 10));
  QTest::qWait(20);
  EXPECT_EQ(window_.findChild<QMenu*>(QStringLiteral("object_menu")), nullptr);
  EXPECT_NE(at(three_), before);
}

TEST_F(VolumeEditTest, DeleteTakesTheObjectAndUndoBringsItBack) {
  open_blocks();
  const LabelArray before = all();
  click(at(two_));
  ASSERT_EQ(labels().selected(), 2u);
  key(Qt::Key_Delete);
  EXPECT_EQ(count(2), 0);
  EXPECT_EQ(count(3), 2000) << "the others stay";
  EXPECT_EQ(labels().selected(), 0u);
  EXPECT_GE(workspace_.layers().find(&labels()), 0) << "the layer is not closed";
  settle();
  click(at(two_));
  EXPECT_EQ(labels().selected(), 3u) << "what it hid can be picked";
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_TRUE(all() == before);
  click(at(one_));
  labels().set_selected(0);
  key(Qt::Key_Delete);
  EXPECT_TRUE(all() == before);
  EXPECT_EQ(workspace_.layers().count(), 2) << "nothing is selected: nothing goes";
  EXPECT_TRUE(window_.errors().isVisible()) << "and that is said";
}

TEST_F(VolumeEditTest, DeleteInSeeModeClosesTheLayerAsItDid) {
  open_blocks();
  run("mode.see");
  click(at(two_));
  workspace_.layers().select(&image_layer());
  const int layers = workspace_.layers().count();
  key(Qt::Key_Delete);
  EXPECT_EQ(workspace_.layers().count(), layers - 1);
}

TEST_F(VolumeEditTest, LockedObjectsStay) {
  open_blocks();
  const LabelArray before = all();
  click(at(two_));
  run("labels.lock");
  key(Qt::Key_Delete);
  EXPECT_TRUE(all() == before);
  EXPECT_TRUE(window_.errors().isVisible());
  key(Qt::Key_J);
  drag(at(one_), at(two_), false);
  EXPECT_TRUE(window_.volume_tool().hint().contains("locked"));
  QTest::mouseRelease(&surface(), Qt::LeftButton, {}, at(two_));
  EXPECT_TRUE(all() == before);
}

TEST_F(VolumeEditTest, ADragFromOneObjectToAnotherMergesThem) {
  open_blocks();
  const LabelArray before = all();
  const std::int64_t together = count(1) + count(2);
  ASSERT_TRUE(window_.commands().run("macro.record"));
  key(Qt::Key_J);
  const World forward = surface().camera().forward;
  drag(at(one_), at(two_), false);
  EXPECT_EQ(window_.volume_tool().hint(), "object 2 becomes part of object 1");
  EXPECT_TRUE(all() == before) << "not before the button is let go";
  settle();
  show_people(window_, "volume_merging");
  QTest::mouseRelease(&surface(), Qt::LeftButton, {}, at(two_));
  EXPECT_EQ(count(1), together);
  EXPECT_EQ(count(2), 0);
  EXPECT_EQ(labels().selected(), 1u);
  EXPECT_EQ(surface().camera().forward, forward);
  ASSERT_TRUE(window_.commands().run("macro.record"));
  const LabelArray merged = all();
  settle();
  show_people(window_, "volume_merged");
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_TRUE(all() == before) << "one step";
  for (const auto& step : window_.recorder().steps()) {
    if (step.command == "labels.merge_objects") {
      ASSERT_TRUE(window_.commands().run(step.command, step.arguments));
    }
  }
  EXPECT_TRUE(all() == merged) << "and one command of a macro";
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(VolumeEditTest, AMergeIsGivenUpAndBesideObjectsADragTurns) {
  open_blocks();
  const LabelArray before = all();
  key(Qt::Key_J);
  drag(at(one_), at(two_), false);
  key(Qt::Key_Escape);
  EXPECT_TRUE(window_.volume_tool().hint().isEmpty());
  EXPECT_EQ(window_.draw_tool().kind(), DrawKind::kMerge) << "the tool stays";
  QTest::mouseRelease(&surface(), Qt::LeftButton, {}, at(two_));
  EXPECT_TRUE(all() == before);
  drag(at(one_), at(beside_));
  EXPECT_TRUE(all() == before) << "let go beside objects";
  drag(at(one_), at(one_) + QPoint(5, 5));
  EXPECT_TRUE(all() == before);
  EXPECT_EQ(labels().selected(), 1u);
  const World forward = surface().camera().forward;
  drag(at(beside_), at(beside_) + QPoint(40, 20));
  EXPECT_NE(surface().camera().forward, forward);
  EXPECT_TRUE(all() == before);
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(VolumeEditTest, WhatIsNotSeenIsNotPicked) {
  open_blocks();
  key(Qt::Key_L);
  run("view.crop3d", {{"z", {14, 32}}});  // without block 2
  settle();
  click(at(two_));
  EXPECT_EQ(labels().selected(), 3u);
  run("view.crop3d");
  labels().set_selected(1);
  labels().set_selected_only(true);
  settle();
  click(at(two_));
  EXPECT_EQ(labels().selected(), 0u) << "only 1 is shown, so this is beside it";
  labels().set_selected(1);
  labels().set_selected_only(false);
  labels().set_visible(false);
  settle();
  click(at(two_));
  EXPECT_EQ(labels().selected(), 0u) << "hidden";
  labels().set_visible(true);
  run("view.orthographic", {{"on", false}});
  run("view.turn", {{"azimuth", 25}, {"elevation", 15}});
  settle();
  click(at({5, 20, 45}));
  EXPECT_EQ(labels().selected(), 2u) << "in perspective, from the side";
}

}  // namespace
}  // namespace karyo::gui
