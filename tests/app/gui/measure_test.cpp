// Measuring by hand: what is drawn, what it says, what is kept.

#include "app/gui/measure_tool.h"

#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QToolButton>
#include <fstream>

#include "app/gui/error_panel.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class MeasureTest : public WindowTest {
 protected:
  QPoint at(double y, double x) {
    const double z = workspace_.view().cursor().z;
    return xy().position_of({z, y, x}).toPoint();
  }
  void choose(const char* tool) {
    QTest::mouseClick(window_.findChild<QToolButton*>(tool), Qt::LeftButton);
  }
  void drag(QPoint from, QPoint to) {
    QTest::mousePress(&xy(), Qt::LeftButton, {}, from);
    QTest::mouseMove(&xy(), (from + to) / 2);
    QTest::mouseMove(&xy(), to);
    QTest::mouseRelease(&xy(), Qt::LeftButton, {}, to);
  }
  QString said() { return window_.findChild<QLabel*>("measured")->text(); }
  const MeasureShape& shape() { return *window_.measure_tool().shape(); }
};

TEST_F(MeasureTest, ALineIsDrawnReadAndKept) {
  open_stack();
  const Index3 before = cursor();
  const QPointF origin = xy().position_of({0, 0, 0});
  choose("tool.line");
  drag(at(20, 10), at(20, 40));
  EXPECT_EQ(cursor(), before) << "the tool has the button";
  EXPECT_EQ(xy().position_of({0, 0, 0}), origin);
  ASSERT_TRUE(window_.measure_tool().complete());
  EXPECT_NEAR(size_of(shape()).length, 30, 0.5);
  EXPECT_TRUE(said().contains("µm")) << said().toStdString();
  EXPECT_TRUE(said().contains("Mean")) << said().toStdString();
  EXPECT_TRUE(window_.findChild<QWidget*>("profile")->isVisible());
  key(Qt::Key_M, Qt::ControlModifier);
  auto* table = window_.findChild<QTableWidget*>("measurements");
  EXPECT_EQ(table->rowCount(), 1);
  EXPECT_TRUE(table->isVisible());
  ASSERT_TRUE(window_.commands().run("measure.save", {{"path", (folder_ / "m.csv").string()}}));
  std::ifstream in(folder_ / "m.csv");
  std::string head, row;
  std::getline(in, head);
  std::getline(in, row);
  EXPECT_TRUE(head.starts_with("layer,channel,kind"));
  EXPECT_TRUE(row.starts_with("cells.tif,")) << row;
  EXPECT_NE(row.find(",line,xy,7,1,um,"), std::string::npos) << row;
}

TEST_F(MeasureTest, PointsAreDraggedAndEscGivesUp) {
  open_stack();
  choose("tool.rectangle");
  drag(at(5, 5), at(15, 25));
  EXPECT_NEAR(size_of(shape()).area, 200, 12);
  drag(at(15, 25), at(25, 25));
  EXPECT_NEAR(size_of(shape()).area, 400, 16);
  key(Qt::Key_Escape);
  EXPECT_FALSE(window_.measure_tool().shape());
  EXPECT_EQ(window_.measuring(), MeasureKind::kRectangle) << "the tool stays";
  QTest::mouseClick(&xy(), Qt::LeftButton, {}, at(10, 10));
  EXPECT_FALSE(window_.measure_tool().shape()) << "a click draws nothing";
  choose("tool.move");
  EXPECT_FALSE(window_.measuring());
  QTest::mouseClick(&xy(), Qt::LeftButton, {}, at(12, 33));
  EXPECT_NEAR(cursor().x, 33, 1);
}

TEST_F(MeasureTest, AnAngleTakesThreeClicksAndAnAreaIsClosed) {
  open_stack();
  choose("tool.angle");
  const auto click = [&](double y, double x) {
    QTest::mouseMove(&xy(), at(y, x));
    QTest::mouseClick(&xy(), Qt::LeftButton, {}, at(y, x));
  };
  click(10, 30);
  click(10, 10);
  EXPECT_FALSE(window_.measure_tool().complete());
  click(30, 10);
  ASSERT_TRUE(window_.measure_tool().complete());
  EXPECT_NEAR(size_of(shape()).degrees, 90, 2);
  choose("tool.area");
  click(10, 10);
  click(10, 30);
  click(30, 30);
  QTest::mouseMove(&xy(), at(30, 10));
  QTest::mouseClick(&xy(), Qt::LeftButton, {}, at(30, 10));
  QTest::mouseDClick(&xy(), Qt::LeftButton, {}, at(30, 10));
  ASSERT_TRUE(window_.measure_tool().complete());
  EXPECT_EQ(shape().points.size(), 4u);
  EXPECT_NEAR(size_of(shape()).area, 400, 20);
  EXPECT_EQ(workspace_.view().layout(), ViewLayoutKind::kFour) << "no view was maximised";
}

TEST_F(MeasureTest, AMacroMeasuresTheSame) {
  open_stack();
  ASSERT_TRUE(window_.commands().run(
      "measure.add",
      {{"layer", "cells.tif"}, {"kind", "rectangle"}, {"points", {1, 2, 3, 1, 8, 9}}}));
  EXPECT_EQ(workspace_.measurements().rows().size(), 1u);
  EXPECT_EQ(workspace_.measurements().rows()[0].values.count, 36);
  EXPECT_FALSE(window_.commands().run(
      "measure.add", {{"layer", "cells.tif"}, {"kind", "angle"}, {"points", {1, 2, 3, 1, 8, 9}}}));
  EXPECT_FALSE(window_.commands().run("measure.current")) << "nothing is drawn";
  ASSERT_TRUE(window_.commands().run("measure.profile", {{"layer", "cells.tif"},
                                                         {"kind", "line"},
                                                         {"points", {1, 2, 3, 1, 2, 9}},
                                                         {"path", (folder_ / "p.csv").string()}}));
  std::ifstream in(folder_ / "p.csv");
  std::string head;
  std::getline(in, head);
  EXPECT_TRUE(head.starts_with("distance (um),")) << head;
}

}  // namespace
}  // namespace karyo::gui
