// A pen over the planes: pressure, its other end, and the mouse that the system makes of it.

#include <QCheckBox>
#include <QPointingDevice>
#include <QTabletEvent>
#include <cmath>

#include "app/gui/error_panel.h"
#include "app/gui/paint_tool.h"
#include "app/macro.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class PenTest : public WindowTest {
 protected:
  void open_and_select() {
    write_files();
    open({folder_ / "cells.tif", folder_ / "cells_mask.tif"});
    ASSERT_EQ(workspace_.layers().count(), 2);
    run("view.layout", {{"layout", "xy"}});
    QTest::qWait(30);
    workspace_.layers().select(&workspace_.layers().at(1));
    labels().set_selected(7);
    workspace_.paint().set_size(10);
  }
  void run(const std::string& id, const nlohmann::json& arguments = nlohmann::json::object()) {
    const auto outcome = window_.commands().run(id, arguments);
    ASSERT_TRUE(outcome) << id << ": " << outcome.error().what;
  }
  LabelsLayer& labels() { return dynamic_cast<LabelsLayer&>(workspace_.layers().at(1)); }
  LabelArray all() { return labels().labels().to_dense(); }
  std::uint32_t id(std::int64_t y, std::int64_t x) {
    return labels().labels().at({cursor().z, y, x});
  }
  std::int64_t count(std::uint32_t wanted) {
    const LabelArray now = all();
    return std::count(now.begin(), now.end(), wanted);
  }
  QPointF at(double y, double x) { return xy().position_of({workspace_.view().cursor().z, y, x}); }
  /// Whether it was taken.
  bool pen(QEvent::Type type, const QPointF& place, double pressure, bool eraser = false) {
    const QPointingDevice& device = eraser ? eraser_ : tip_;
    const bool release = type == QEvent::TabletRelease, move = type == QEvent::TabletMove;
    QTabletEvent event(type, &device, place, xy().mapToGlobal(place), pressure, 0, 0, 0, 0, 0, {},
                       move ? Qt::NoButton : Qt::LeftButton,
                       release ? Qt::NoButton : Qt::LeftButton);
    QApplication::sendEvent(&xy(), &event);
    return event.isAccepted();
  }
  void mouse(QEvent::Type type, const QPointF& place, Qt::MouseEventSource source) {
    const bool release = type == QEvent::MouseButtonRelease, move = type == QEvent::MouseMove;
    QMouseEvent event(type, place, place, xy().mapToGlobal(place),
                      move ? Qt::NoButton : Qt::LeftButton, release ? Qt::NoButton : Qt::LeftButton,
                      {}, source);
    QApplication::sendEvent(&xy(), &event);
  }
  /// Places y, x and how hard it is pressed there.
  void stroke(const std::vector<std::array<double, 3>>& places, bool eraser = false) {
    EXPECT_TRUE(pen(QEvent::TabletPress, at(places[0][0], places[0][1]), places[0][2], eraser));
    for (const auto& [y, x, pressure] : places) {
      EXPECT_TRUE(pen(QEvent::TabletMove, at(y, x), pressure, eraser));
    }
    EXPECT_TRUE(pen(QEvent::TabletRelease, at(places.back()[0], places.back()[1]), 0, eraser));
    QTest::qWait(10);
  }
  /// How many voxels of a column are painted.
  int height(std::int64_t x) {
    int count = 0;
    for (std::int64_t y = 0; y < 40; ++y) count += id(y, x) == 7 ? 1 : 0;
    return count;
  }

  using Capabilities = QInputDevice::Capabilities;
  static constexpr Capabilities kPressed =
      QInputDevice::Capability::Position | QInputDevice::Capability::Pressure;
  const QPointingDevice tip_{QStringLiteral("pen"),
                             71,
                             QInputDevice::DeviceType::Stylus,
                             QPointingDevice::PointerType::Pen,
                             kPressed,
                             1,
                             3};
  const QPointingDevice eraser_{QStringLiteral("pen, other end"),
                                72,
                                QInputDevice::DeviceType::Stylus,
                                QPointingDevice::PointerType::Eraser,
                                kPressed,
                                1,
                                3};
};

TEST_F(PenTest, PressureSaysHowWideTheStrokeIs) {
  open_and_select();
  key(Qt::Key_P);
  stroke({{20.5, 5.5, 0.05}, {20.5, 15.5, 0.05}, {20.5, 35.5, 1}, {20.5, 44.5, 1}});
  EXPECT_EQ(height(44), 11) << "pressed fully: all of the size";
  EXPECT_EQ(height(10), 3) << "lightly: a fifth and a little";
  for (int x = 16; x < 35; ++x) EXPECT_LE(height(x), height(x + 1)) << x;
  EXPECT_EQ(workspace_.history().undo_name(), "paint of cells_mask.tif");
  const LabelArray painted = all();
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(count(7), 0) << "one step of undo";
  key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
  EXPECT_TRUE(all() == painted);
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(PenTest, TheShareOfTheSizeRisesFromAFifthToAllOfIt) {
  EXPECT_DOUBLE_EQ(PaintState::share_at(0), 0.2);
  EXPECT_DOUBLE_EQ(PaintState::share_at(0.5), 0.8);
  EXPECT_DOUBLE_EQ(PaintState::share_at(1), 1);
  EXPECT_DOUBLE_EQ(PaintState::share_at(7), 1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_LT(PaintState::share_at(i / 100.0), PaintState::share_at((i + 1) / 100.0));
  }
}

TEST_F(PenTest, TheBallAndTheEraserFollowPressureToo) {
  open_and_select();
  workspace_.paint().set_ball(true);
  key(Qt::Key_P);
  stroke({{20.5, 10.5, 0.2}, {20.5, 10.5, 0.2}});
  const std::int64_t light = count(7);
  key(Qt::Key_Z, Qt::ControlModifier);
  stroke({{20.5, 10.5, 1}, {20.5, 10.5, 1}});
  EXPECT_GT(count(7), 5 * light);
  const std::int64_t whole = count(7);
  key(Qt::Key_E);
  stroke({{20.5, 10.5, 0.2}, {20.5, 10.5, 0.2}});
  EXPECT_EQ(whole - count(7), light) << "the eraser is as wide";
}

TEST_F(PenTest, PressingHarderInOnePlaceGrowsTheDab) {
  open_and_select();
  key(Qt::Key_P);
  stroke({{20.5, 10.5, 0.1}, {20.5, 10.5, 0.6}, {20.5, 10.5, 1}, {20.5, 10.5, 0.1}});
  EXPECT_EQ(height(10), 11);
}

TEST_F(PenTest, ARecordedStrokePaintsTheSameVoxels) {
  open_and_select();
  const LabelArray before = all();
  for (const bool adaptive : {false, true}) {
    ASSERT_TRUE(window_.commands().run("macro.record"));
    if (workspace_.paint().adaptive() != adaptive) key(Qt::Key_B, Qt::ShiftModifier);
    key(Qt::Key_P);
    stroke({{4.2, 6.7, 0.13}, {9.4, 17.1, 0.57}, {12.3, 30.9, 0.91}, {33.8, 41.2, 0.333}});
    stroke({{30, 8, 1}, {12, 44, 1}});
    ASSERT_TRUE(window_.commands().run("macro.record"));
    const LabelArray painted = all();
    ASSERT_FALSE(painted == before);
    int strokes = 0;
    for (int i = 0; i < 2; ++i) key(Qt::Key_Z, Qt::ControlModifier);
    ASSERT_TRUE(all() == before);
    for (const auto& step : window_.recorder().steps()) {
      if (step.command != "labels.paint") continue;
      EXPECT_EQ(step.arguments.contains("sizes"), strokes == 0) << "only where it changed";
      ++strokes;
      ASSERT_TRUE(window_.commands().run(step.command, step.arguments));
    }
    EXPECT_EQ(strokes, 2);
    EXPECT_TRUE(all() == painted) << adaptive;
    for (int i = 0; i < 2; ++i) key(Qt::Key_Z, Qt::ControlModifier);
  }
}

TEST_F(PenTest, ItsOtherEndErasesWithTheBrush) {
  open_and_select();
  ASSERT_EQ(id(20, 25), 3u);
  key(Qt::Key_P);
  stroke({{20.5, 25.5, 1}, {20.5, 26.5, 1}}, true);
  EXPECT_EQ(id(20, 25), 0u);
  EXPECT_EQ(count(7), 0);
  stroke({{20.5, 25.5, 1}, {20.5, 26.5, 1}});
  EXPECT_EQ(id(20, 25), 7u) << "the tip paints again";
  labels().set_selected(0);
  stroke({{20.5, 25.5, 1}}, true);
  EXPECT_EQ(id(20, 25), 0u);
  EXPECT_EQ(labels().selected(), 0u) << "erasing begins no object";
}

TEST_F(PenTest, TheSettingIsKeptAndWithoutItPressureIsNothing) {
  open_and_select();
  key(Qt::Key_P);
  auto* box = window_.findChild<QCheckBox*>("labels.pen_pressure");
  ASSERT_NE(box, nullptr);
  EXPECT_TRUE(box->isChecked());
  EXPECT_FALSE(box->toolTip().isEmpty());
  box->click();
  EXPECT_FALSE(workspace_.paint().pen_pressure());
  EXPECT_FALSE(window_.settings().pen_pressure) << "for the next start";
  stroke({{20.5, 5.5, 0.1}, {20.5, 44.5, 0.1}});
  EXPECT_EQ(height(20), 11);
  Settings kept;
  kept.pen_pressure = false;
  const auto path = folder_ / "settings.json";
  ASSERT_TRUE(write_settings(path, kept));
  Workspace workspace;
  const MainWindow window(workspace, SettingsStore(path));
  EXPECT_FALSE(workspace.paint().pen_pressure());
}

TEST_F(PenTest, TheMouseThatIsMadeOfAPenIsNotHandledTwice) {
  open_and_select();
  key(Qt::Key_P);
  const auto echo = Qt::MouseEventSynthesizedBySystem;
  EXPECT_TRUE(pen(QEvent::TabletPress, at(20.5, 5.5), 0.05));
  mouse(QEvent::MouseButtonPress, at(20.5, 5.5), echo);
  EXPECT_TRUE(pen(QEvent::TabletMove, at(20.5, 30.5), 0.05));
  mouse(QEvent::MouseMove, at(20.5, 30.5), echo);
  EXPECT_TRUE(pen(QEvent::TabletRelease, at(20.5, 30.5), 0));
  mouse(QEvent::MouseButtonRelease, at(20.5, 30.5), echo);
  EXPECT_EQ(height(20), 3) << "the mouse would have painted eleven";
  // One that comes late.
  mouse(QEvent::MouseButtonPress, at(20.5, 10.5), echo);
  mouse(QEvent::MouseButtonRelease, at(20.5, 10.5), echo);
  EXPECT_EQ(height(10), 3);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(count(7), 0) << "it was one stroke";
  mouse(QEvent::MouseButtonPress, at(20.5, 10.5), Qt::MouseEventNotSynthesized);
  mouse(QEvent::MouseButtonRelease, at(20.5, 10.5), Qt::MouseEventNotSynthesized);
  EXPECT_EQ(height(10), 11) << "the hand goes on with the mouse";
}

TEST_F(PenTest, WithOtherToolsAPenIsAMouse) {
  open_and_select();
  key(Qt::Key_L);
  EXPECT_FALSE(pen(QEvent::TabletPress, at(20.5, 25.5), 0.5)) << "Qt makes a click of it";
  run("tool.move");
  EXPECT_FALSE(pen(QEvent::TabletPress, at(20.5, 25.5), 0.5));
  key(Qt::Key_P);
  EXPECT_FALSE(pen(QEvent::TabletMove, at(20.5, 25.5), 0)) << "hovering too";
  EXPECT_EQ(count(7), 0);
}

TEST_F(PenTest, EscGivesTheStrokeUp) {
  open_and_select();
  const LabelArray before = all();
  key(Qt::Key_P);
  EXPECT_TRUE(pen(QEvent::TabletPress, at(20.5, 5.5), 1));
  EXPECT_TRUE(pen(QEvent::TabletMove, at(20.5, 30.5), 1));
  EXPECT_FALSE(all() == before);
  key(Qt::Key_Escape);
  EXPECT_TRUE(all() == before);
  EXPECT_TRUE(pen(QEvent::TabletMove, at(20.5, 40.5), 1));
  EXPECT_TRUE(pen(QEvent::TabletRelease, at(20.5, 40.5), 0));
  EXPECT_TRUE(all() == before);
}

}  // namespace
}  // namespace karyo::gui
