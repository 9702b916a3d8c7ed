// Labels painted by hand.

#include "app/gui/paint_tool.h"

#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "app/gui/controls.h"
#include "app/gui/error_panel.h"
#include "app/layer_commands.h"
#include "app/macro.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class PaintToolTest : public WindowTest {
 protected:
  void open_and_select() {
    open_stack();
    workspace_.layers().select(&workspace_.layers().at(1));
    labels().set_selected(3);
  }
  QPoint at(double y, double x) {
    return xy().position_of({workspace_.view().cursor().z, y, x}).toPoint();
  }
  void drag(double y, double x, double to_y, double to_x, bool release = true) {
    QTest::mousePress(&xy(), Qt::LeftButton, {}, at(y, x));
    for (const double part : {0.3, 0.6, 1.0}) {
      const QPointF place = at(y + part * (to_y - y), x + part * (to_x - x));
      QMouseEvent move(QEvent::MouseMove, place, xy().mapToGlobal(place), Qt::NoButton,
                       Qt::LeftButton, {});
      QApplication::sendEvent(&xy(), &move);
    }
    if (release) QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(to_y, to_x));
    QTest::qWait(10);
  }
  void click(double y, double x) {
    QTest::mouseClick(&xy(), Qt::LeftButton, {}, at(y, x));
    QTest::qWait(10);
    ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  }
  LabelsLayer& labels() { return dynamic_cast<LabelsLayer&>(workspace_.layers().at(1)); }
  std::uint32_t id(std::int64_t y, std::int64_t x) {
    return labels().labels().at({cursor().z, y, x});
  }
  LabelArray all() { return labels().labels().to_dense(); }
  bool chosen(const char* tool) { return window_.findChild<QToolButton*>(tool)->isChecked(); }
};

TEST_F(PaintToolTest, AStrokeIsThereAtOnceAndOneStepOfUndo) {
  open_and_select();
  const LabelArray before = all();
  const Index3 place = cursor();
  key(Qt::Key_P);
  EXPECT_TRUE(chosen("tool.brush"));
  workspace_.paint().set_size(5);
  drag(5.5, 5.5, 5.5, 40.5, false);
  EXPECT_EQ(id(5, 20), 3u) << "before the button is let go";
  QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(5.5, 40.5));
  EXPECT_EQ(id(5, 5), 3u);
  EXPECT_EQ(id(7, 20), 3u);
  EXPECT_EQ(id(8, 20), 0u) << "2.5 wide";
  EXPECT_EQ(cursor(), place) << "the tool has the button";
  EXPECT_EQ(workspace_.history().undo_name(), "paint of cells_mask.tif");
  const LabelArray painted = all();
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_TRUE(all() == before);
  key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
  EXPECT_TRUE(all() == painted);
}

TEST_F(PaintToolTest, EscAndUndoInTheMiddleOfAStrokeLeaveNothingOfIt) {
  open_and_select();
  const LabelArray before = all();
  key(Qt::Key_2);
  drag(5, 5, 30, 40, false);
  EXPECT_FALSE(all() == before);
  key(Qt::Key_Escape);
  EXPECT_TRUE(all() == before);
  QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(30, 40));
  EXPECT_TRUE(all() == before);
  drag(5, 5, 10, 10);
  const LabelArray once = all();
  drag(20, 5, 30, 40, false);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_TRUE(all() == before) << "the stroke was given up, the one before undone";
  QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(30, 40));
  EXPECT_TRUE(all() == before);
  key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
  EXPECT_TRUE(all() == once);
}

TEST_F(PaintToolTest, EraserFillAndPicker) {
  open_and_select();
  ASSERT_EQ(id(20, 25), 3u);
  key(Qt::Key_E);
  EXPECT_TRUE(chosen("tool.eraser"));
  click(20.5, 25.5);
  EXPECT_EQ(id(20, 25), 0u);
  key(Qt::Key_M);
  EXPECT_EQ(labels().selected(), 4u) << "a new object";
  key(Qt::Key_F);
  click(20.5, 25.5);
  EXPECT_EQ(id(20, 25), 4u) << "the hole is filled";
  EXPECT_EQ(id(20, 31), 3u) << "and nothing else";
  key(Qt::Key_L);
  click(20.5, 31.5);
  EXPECT_EQ(labels().selected(), 3u);
  EXPECT_EQ(window_.findChild<QLabel*>("painted_object")->text(), "object 3");
}

TEST_F(PaintToolTest, OthersAreKeptAndTheSizeIsChangedByKeys) {
  open_and_select();
  key(Qt::Key_M);
  key(Qt::Key_P);
  key(Qt::Key_B);
  EXPECT_TRUE(window_.findChild<QCheckBox*>("labels.preserve")->isChecked());
  const double size = workspace_.paint().size();
  key(Qt::Key_BracketRight);
  EXPECT_GT(workspace_.paint().size(), size);
  EXPECT_NEAR(window_.findChild<ValueSlider*>("brush_size")->value(), workspace_.paint().size(),
              0.1);
  drag(20, 2, 20, 48);
  EXPECT_EQ(id(20, 25), 3u);
  EXPECT_EQ(id(20, 4), 4u);
  for (int i = 0; i < 100; ++i) key(Qt::Key_BracketLeft);
  EXPECT_EQ(workspace_.paint().size(), PaintState::kLeastSize);
  key(Qt::Key_B);
  click(20.5, 25.5);
  EXPECT_EQ(id(20, 25), 4u) << "the smallest brush paints a voxel";
  EXPECT_EQ(id(20, 26), 3u);
}

TEST_F(PaintToolTest, ShiftWithWheelOrDragChangesTheSize) {
  open_and_select();
  const LabelArray before = all();
  const Index3 place = cursor();
  PaintState& state = workspace_.paint();
  state.set_size(10);
  wheel(xy(), 1, Qt::ShiftModifier, at(20, 25));
  EXPECT_EQ(state.size(), 10) << "without the brush it is the view's";
  const Index3 scrolled = cursor();
  EXPECT_NE(scrolled, place);
  key(Qt::Key_P);
  wheel(xy(), 1, Qt::ShiftModifier, at(20, 25));
  EXPECT_NEAR(state.size(), 11.5, 1e-9);
  wheel(xy(), -1, Qt::ShiftModifier, at(20, 25));
  EXPECT_NEAR(state.size(), 10, 1e-9);
  EXPECT_EQ(cursor(), scrolled);
  show_people(window_, "brush_cursor");
  QTest::mousePress(&xy(), Qt::LeftButton, Qt::ShiftModifier, at(20.5, 20.5));
  const QPointF to = at(20.5, 26.5);
  QMouseEvent move(QEvent::MouseMove, to, xy().mapToGlobal(to), Qt::NoButton, Qt::LeftButton,
                   Qt::ShiftModifier);
  QApplication::sendEvent(&xy(), &move);
  EXPECT_NEAR(state.size(), 22, 1) << "the circle's edge goes with the pointer";
  show_people(window_, "brush_resized");
  QTest::mouseRelease(&xy(), Qt::LeftButton, Qt::ShiftModifier, at(20.5, 26.5));
  EXPECT_NEAR(state.size(), 22, 1);
  QTest::mousePress(&xy(), Qt::LeftButton, Qt::ShiftModifier, at(20.5, 20.5));
  QMouseEvent back(QEvent::MouseMove, at(20.5, 12.5), xy().mapToGlobal(at(20.5, 12.5)),
                   Qt::NoButton, Qt::LeftButton, Qt::ShiftModifier);
  QApplication::sendEvent(&xy(), &back);
  EXPECT_LT(state.size(), 10);
  key(Qt::Key_Escape);
  EXPECT_NEAR(state.size(), 22, 1) << "given up";
  QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(20.5, 12.5));
  EXPECT_TRUE(all() == before) << "nothing is painted";
}

TEST_F(PaintToolTest, TheBrushMakesALayerWhereThereIsNone) {
  write_files();
  open({folder_ / "cells.tif"});
  QTest::qWait(20);
  key(Qt::Key_P);
  drag(10, 10, 10, 20);
  ASSERT_EQ(workspace_.layers().count(), 2);
  EXPECT_EQ(id(10, 15), 1u);
  EXPECT_EQ(workspace_.unsaved_layers(), std::vector<std::string>{"labels"});
}

TEST_F(PaintToolTest, LockedAndHiddenLayersAreRefusedInWords) {
  open_and_select();
  const LabelArray before = all();
  key(Qt::Key_P);
  labels().set_locked(true);
  drag(5, 5, 10, 10);
  EXPECT_TRUE(window_.errors().isVisible());
  labels().set_locked(false);
  labels().set_visible(false);
  drag(5, 5, 10, 10);
  EXPECT_TRUE(all() == before);
}

TEST_F(PaintToolTest, ARecordedStrokePaintsTheSameVoxels) {
  open_and_select();
  const LabelArray before = all();
  ASSERT_TRUE(window_.commands().run("macro.record"));
  key(Qt::Key_P);
  workspace_.paint().set_size(7.5);
  workspace_.paint().set_ball(true);
  drag(4, 6, 33, 41);
  drag(30, 8, 12, 44);
  ASSERT_TRUE(window_.commands().run("macro.record"));
  const LabelArray painted = all();
  int strokes = 0;
  for (int i = 0; i < 2; ++i) key(Qt::Key_Z, Qt::ControlModifier);
  ASSERT_TRUE(all() == before);
  for (const auto& step : window_.recorder().steps()) {
    if (step.command != "labels.paint") continue;
    ++strokes;
    ASSERT_TRUE(window_.commands().run(step.command, step.arguments));
  }
  EXPECT_EQ(strokes, 2);
  EXPECT_TRUE(all() == painted);
}

TEST_F(PaintToolTest, ToolsGiveWayToEachOther) {
  open_and_select();
  key(Qt::Key_P);
  EXPECT_TRUE(window_.findChild<QWidget*>("paint_controls")->isVisible());
  window_.run("tool.line", nlohmann::json::object());
  EXPECT_FALSE(chosen("tool.brush"));
  EXPECT_FALSE(window_.findChild<QWidget*>("paint_controls")->isVisible());
  key(Qt::Key_E);
  EXPECT_FALSE(chosen("tool.line"));
  window_.run("tool.move", nlohmann::json::object());
  EXPECT_FALSE(chosen("tool.eraser"));
  EXPECT_TRUE(chosen("tool.move"));
}

}  // namespace
}  // namespace karyo::gui
