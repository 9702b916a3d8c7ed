// Points and shapes drawn by hand.

#include "app/gui/mark_tool.h"

#include <QToolButton>
#include <cstdlib>

#include "app/gui/error_panel.h"
#include "app/layer_commands.h"
#include "app/macro.h"
#include "core/layers/vector_layers.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class MarkToolTest : public WindowTest {
 protected:
  QPoint at(double y, double x) {
    return xy().position_of({workspace_.view().cursor().z, y, x}).toPoint();
  }
  void choose(const char* tool) {
    QTest::mouseClick(window_.findChild<QToolButton*>(tool), Qt::LeftButton);
  }
  void click(double y, double x) {
    QTest::mouseMove(&xy(), at(y, x));
    QTest::mouseClick(&xy(), Qt::LeftButton, {}, at(y, x));
    QTest::qWait(10);
  }
  void press(double y, double x) { QTest::mousePress(&xy(), Qt::LeftButton, {}, at(y, x)); }
  void move(double y, double x) { QTest::mouseMove(&xy(), at(y, x)); }
  void drag(double y, double x, double to_y, double to_x) {
    press(y, x);
    move((y + to_y) / 2, (x + to_x) / 2);
    move(to_y, to_x);
    QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(to_y, to_x));
    QTest::qWait(10);
  }
  template <typename T>
  T& selected() {
    return dynamic_cast<T&>(*workspace_.layers().selected());
  }
};

TEST_F(MarkToolTest, ClicksPutPointsThatAreDraggedAndDeleted) {
  open_stack();
  const Index3 before = cursor();
  choose("tool.points");
  EXPECT_TRUE(window_.findChild<QToolButton*>("tool.points")->isChecked());
  EXPECT_FALSE(window_.findChild<QToolButton*>("tool.move")->isChecked());
  click(10, 12);
  ASSERT_EQ(workspace_.layers().count(), 3) << "a layer came with it";
  click(30, 40);
  auto& layer = selected<PointsLayer>();
  ASSERT_EQ(layer.count(), 2u);
  EXPECT_EQ(workspace_.layers().count(), 3);
  EXPECT_EQ(cursor(), before) << "the tool has the button";
  const PointMark& first = (*layer.look().data)[0];
  EXPECT_EQ(first.at.z, static_cast<double>(before.z) + 0.5);
  EXPECT_NEAR(first.at.y, 10, 0.2);
  EXPECT_NEAR(first.at.x, 12, 0.2);
  EXPECT_EQ(layer.look().selected, 1);
  drag(10, 12, 20, 25);
  EXPECT_NEAR((*layer.look().data)[0].at.y, 20, 0.3);
  EXPECT_NEAR((*layer.look().data)[0].at.x, 25, 0.3);
  EXPECT_EQ((*layer.look().data)[0].at.z, static_cast<double>(before.z) + 0.5);
  EXPECT_EQ(layer.look().selected, 0);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_NEAR((*layer.look().data)[0].at.y, 10, 0.2) << "a drag is one step";
  click(30, 40);
  EXPECT_EQ(layer.count(), 2u) << "a click on a point selects it";
  EXPECT_EQ(layer.look().selected, 1);
  key(Qt::Key_Delete);
  ASSERT_EQ(layer.count(), 1u);
  EXPECT_NEAR((*layer.look().data)[0].at.y, 10, 0.2);
  key(Qt::Key_Delete);
  EXPECT_EQ(workspace_.layers().count(), 3) << "the layer is not closed by a second one";
  EXPECT_EQ(layer.count(), 1u);
  press(15, 15);
  move(18, 18);
  key(Qt::Key_Escape);
  QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(18, 18));
  EXPECT_EQ(layer.count(), 1u) << "Esc gives up";
  choose("tool.move");
  EXPECT_FALSE(window_.mark_tool().kind());
  click(12, 33);
  EXPECT_EQ(layer.count(), 1u);
  EXPECT_NEAR(cursor().x, 33, 1);
}

TEST_F(MarkToolTest, PointsAreSeenInTheirPlaneAndPutInOtherViews) {
  open_stack();
  choose("tool.points");
  click(10, 12);
  auto& layer = selected<PointsLayer>();
  wheel(xy(), -1, Qt::NoModifier, {100, 100});
  click(10, 12);
  ASSERT_EQ(layer.count(), 2u) << "the other lies in another plane";
  EXPECT_NE((*layer.look().data)[0].at.z, (*layer.look().data)[1].at.z);
  SliceView& xz = window_.views().slice(Plane::kXZ);
  const WorldPoint place{2 * 3.5, workspace_.view().cursor().y, 40};
  QTest::mouseClick(&xz, Qt::LeftButton, {}, xz.position_of(place).toPoint());
  ASSERT_EQ(layer.count(), 3u);
  const WorldPoint put = (*layer.look().data)[2].at;
  EXPECT_NEAR(put.z, 3.5, 0.2) << "planes are 2 apart";
  EXPECT_EQ(put.y, static_cast<double>(cursor().y) + 0.5);
  EXPECT_NEAR(put.x, 40, 0.2);
}

TEST_F(MarkToolTest, ShapesAreDrawnIntoOneLayer) {
  open_stack();
  choose("tool.shape_rectangle");
  drag(5, 6, 15, 26);
  ASSERT_EQ(workspace_.layers().count(), 3);
  auto& layer = selected<ShapesLayer>();
  choose("tool.shape_ellipse");
  drag(20, 30, 10, 44);
  choose("tool.shape_line");
  drag(2, 2, 2, 40);
  choose("tool.shape_polygon");
  click(25, 10);
  click(25, 25);
  click(38, 25);
  move(30, 12);
  EXPECT_EQ(layer.count(), 3u);
  click(25, 10);  // the first corner again
  ASSERT_EQ(layer.count(), 4u);
  choose("tool.shape_freehand");
  press(30, 32);
  for (const auto& [y, x] : {std::pair{26, 36}, {30, 44}, {36, 42}, {37, 35}}) move(y, x);
  QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(37, 35));
  ASSERT_EQ(layer.count(), 5u);
  const ShapeList& shapes = *layer.look().data;
  EXPECT_EQ(shapes[0].type, RoiType::kRectangle);
  EXPECT_NEAR(layer.outlines()[0].left, 6, 0.3);
  EXPECT_NEAR(layer.outlines()[0].bottom, 15, 0.3);
  EXPECT_EQ(layer.outlines()[0].z, cursor().z);
  EXPECT_EQ(shapes[1].type, RoiType::kOval);
  EXPECT_NEAR(layer.outlines()[1].top, 10, 0.3);
  EXPECT_EQ(shapes[2].type, RoiType::kLine);
  EXPECT_EQ(shapes[3].type, RoiType::kPolygon);
  EXPECT_EQ(shapes[3].points.size(), 3u);
  EXPECT_EQ(shapes[4].type, RoiType::kFreehand);
  EXPECT_EQ(shapes[4].points.size(), 5u);
  EXPECT_EQ(layer.look().selected, 4);
  QTest::qWait(30);
  if (const char* path = std::getenv("KARYOSCOPE_MARKS_PICTURE")) window_.grab().save(path);
  key(Qt::Key_Delete);
  EXPECT_EQ(layer.count(), 4u);
  for (int i = 0; i < 2; ++i) key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(layer.count(), 4u) << "each is one step";
  for (int i = 0; i < 4; ++i) key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(workspace_.layers().count(), 2);
}

TEST_F(MarkToolTest, ABentLineStaysOpen) {
  open_stack();
  choose("tool.shape_polyline");
  click(25, 10);
  click(12, 25);
  click(38, 25);
  click(25, 10);  // where it began: a corner like others
  EXPECT_EQ(workspace_.layers().count(), 2);
  click(30, 40);
  QTest::mouseDClick(&xy(), Qt::LeftButton, {}, at(30, 40));
  ASSERT_EQ(workspace_.layers().count(), 3);
  const Roi& roi = selected<ShapesLayer>().look().data->front();
  EXPECT_EQ(roi.type, RoiType::kPolyline);
  EXPECT_EQ(roi.points.size(), 5u);
  click(5, 5);
  QTest::mouseDClick(&xy(), Qt::LeftButton, {}, at(5, 5));
  EXPECT_EQ(selected<ShapesLayer>().count(), 1u) << "one corner is no line";
  key(Qt::Key_Escape);
}

TEST_F(MarkToolTest, HalfDrawnShapesAreGivenUp) {
  open_stack();
  choose("tool.shape_polygon");
  click(25, 10);
  click(25, 25);
  key(Qt::Key_Escape);
  EXPECT_EQ(workspace_.layers().count(), 2);
  EXPECT_EQ(window_.mark_tool().kind(), MarkKind::kPolygon) << "the tool stays";
  click(10, 10);
  click(10, 30);
  click(30, 30);
  click(30, 10);
  QTest::mouseDClick(&xy(), Qt::LeftButton, {}, at(30, 10));  // the second press of two
  ASSERT_EQ(workspace_.layers().count(), 3);
  EXPECT_EQ(selected<ShapesLayer>().look().data->front().points.size(), 4u);
  EXPECT_EQ(workspace_.view().layout(), ViewLayoutKind::kFour) << "no view was maximised";
  click(5, 5);
  choose("tool.shape_rectangle");  // another tool gives up too
  click(10, 10);
  EXPECT_EQ(selected<ShapesLayer>().count(), 1u) << "a click draws no rectangle";
  choose("tool.line");
  EXPECT_FALSE(window_.mark_tool().kind());
  EXPECT_EQ(window_.measuring(), MeasureKind::kLine);
  choose("tool.shape_line");
  EXPECT_FALSE(window_.measuring());
  SliceView& xz = window_.views().slice(Plane::kXZ);
  QTest::mouseClick(&xz, Qt::LeftButton, {}, {60, 60});
  EXPECT_TRUE(window_.errors().isVisible()) << "shapes lie in XY";
}

TEST_F(MarkToolTest, ALockedLayerTakesNoneAndAMacroRepeatsWhatWasDrawn) {
  open_stack();
  window_.recorder().start();
  choose("tool.points");
  click(10, 12);
  click(20, 30);
  drag(10, 12, 14, 16);
  window_.recorder().stop();
  auto& layer = selected<PointsLayer>();
  const PointList drawn = *layer.look().data;
  layer.set_locked(true);
  click(30, 30);
  EXPECT_EQ(*layer.look().data, drawn);
  EXPECT_TRUE(window_.errors().isVisible());
  Workspace other;
  CommandTable commands;
  add_workspace_commands(commands, other);
  other.layers().add(workspace_.layers().shared_at(0));
  const auto& steps = window_.recorder().steps();
  ASSERT_EQ(steps.size(), 3u) << "that a tool was chosen is no step";
  ASSERT_TRUE(run_macro(commands, steps, [] { return Result<void>{}; }));
  EXPECT_EQ(*dynamic_cast<PointsLayer&>(other.layers().at(1)).look().data, drawn);
}

}  // namespace
}  // namespace karyo::gui
