// Several views of one plane, and the sliders below the picture.

#include <gtest/gtest.h>

#include <QAction>
#include <QComboBox>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSlider>
#include <QToolButton>

#include "app/gui/controls.h"
#include "app/gui/layer_choice.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class LayoutsTest : public WindowTest {
 protected:
  void run(const std::string& id) {
    const auto outcome = window_.commands().run(id);
    ASSERT_TRUE(outcome) << outcome.error().what;
    QTest::qWait(30);
  }
  ViewGrid& views() { return window_.views(); }
  /// Two channels, five times, four planes.
  void open_movie() {
    Volume movie(VoxelType::kUInt8, {5, 2, 4, 30, 40});
    movie.grid.frame_interval = 2;
    std::fill_n(movie.data(), movie.size_bytes(), std::byte{100});
    ASSERT_TRUE(write_image(folder_ / "movie.tif", movie));
    open({folder_ / "movie.tif"});
    QTest::qWait(20);
  }
  static QColor middle_of(QWidget& widget) {
    const QImage image = widget.grab().toImage();
    return image.pixelColor(image.width() / 2 + 12, image.height() / 2 + 12);
  }
};

TEST_F(LayoutsTest, AGridHasAViewForEachLayerAndFollowsTheList) {
  open_stack();
  key(Qt::Key_G, Qt::ControlModifier);
  QTest::qWait(30);
  ASSERT_EQ(views().cells().cells().size(), 2u);
  SliceView& image = *views().cells().cells()[0];
  SliceView& mask = *views().cells().cells()[1];
  EXPECT_TRUE(image.isVisible());
  EXPECT_FALSE(xy().isVisible());
  EXPECT_EQ(image.width(), mask.width());
  workspace_.view().set_cursor_voxel({6, 20, 25}, workspace_.layers().grid());
  QTest::qWait(20);
  const QColor grey = middle_of(image), coloured = middle_of(mask);
  EXPECT_EQ(grey.red(), grey.green()) << "the image alone";
  EXPECT_NE(coloured.red(), coloured.green()) << "the mask alone";
  open({folder_ / "cells.tif"});
  QTest::qWait(30);
  EXPECT_EQ(views().cells().cells().size(), 3u);
  key(Qt::Key_G, Qt::ControlModifier);
  QTest::qWait(30);
  EXPECT_TRUE(xy().isVisible());
  EXPECT_TRUE(views().cells().cells().empty());
}

TEST_F(LayoutsTest, NothingInAHeaderLiesOverAnother) {
  open_stack();
  QTest::mouseMove(&xy(), QPoint(50, 50));
  QTest::qWait(50);
  std::vector<QRect> taken;
  for (QLabel* label : xy().findChildren<QLabel*>()) {
    if (!label->isVisible()) continue;
    EXPECT_GE(label->width(), label->sizeHint().width()) << label->text().toStdString();
    for (const QRect& other : taken) EXPECT_FALSE(label->geometry().intersects(other));
    taken.push_back(label->geometry());
  }
  EXPECT_EQ(taken.size(), 2u) << "the plane's name and its number";
}

TEST_F(LayoutsTest, CellsShareZoomAndCursor) {
  open_stack();
  run("view.columns_2");
  auto& left = *views().cells().cells()[0];
  auto& right = *views().cells().cells()[1];
  const double before = workspace_.view().view(Plane::kXY).zoom;
  wheel(left, 2, Qt::ControlModifier, {50, 50});
  EXPECT_GT(workspace_.view().view(Plane::kXY).zoom, before);
  const QPointF place = left.position_of(centre_of({6, 22, 27}, workspace_.layers().grid()));
  QTest::mouseClick(&left, Qt::LeftButton, {}, place.toPoint());
  EXPECT_EQ(cursor().y, 22);
  EXPECT_EQ(cursor().x, 27);
  EXPECT_EQ(left.position_of(workspace_.view().cursor()),
            right.position_of(workspace_.view().cursor()));
}

TEST_F(LayoutsTest, ADroppedLayerIsShownAloneThenWithOthers) {
  open_stack();
  run("view.columns_2");
  SliceView& cell = *views().cells().cells()[1];
  const auto drop = [&](int position) {
    QMimeData data;
    data.setData(kLayerMime, QByteArray::number(position));
    QDragEnterEvent enter({40, 40}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&cell, &enter);
    EXPECT_TRUE(enter.isAccepted());
    QDropEvent event(QPointF(40, 40), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&cell, &event);
  };
  EXPECT_TRUE(cell.choice().all());
  drop(1);
  EXPECT_TRUE(cell.choice().shows(workspace_.layers().at(1)));
  EXPECT_FALSE(cell.choice().shows(workspace_.layers().at(0)));
  drop(0);
  EXPECT_TRUE(cell.choice().shows(workspace_.layers().at(0)));
  EXPECT_TRUE(cell.choice().shows(workspace_.layers().at(1)));
}

TEST_F(LayoutsTest, TheHeadersMenuChoosesLayers) {
  open_stack();
  run("view.columns_2");
  SliceView& cell = *views().cells().cells()[0];
  auto* button = cell.findChild<QToolButton*>("cell_layers");
  ASSERT_NE(button, nullptr);
  QMetaObject::invokeMethod(button->menu(), "aboutToShow");
  ASSERT_EQ(button->menu()->actions().size(), 4) << "two layers, a line, all";
  button->menu()->actions()[0]->trigger();
  EXPECT_FALSE(cell.choice().shows(workspace_.layers().at(1)));
  EXPECT_TRUE(cell.choice().shows(workspace_.layers().at(0)));
}

TEST_F(LayoutsTest, PlanesRollAndThePlaneSliderMovesThem) {
  open_stack();
  key(Qt::Key_E, Qt::ControlModifier);
  QTest::qWait(20);
  EXPECT_EQ(workspace_.view().layout(), ViewLayoutKind::kPlane);
  EXPECT_EQ(workspace_.view().maximised(), Plane::kXZ);
  auto* slider = views().plane_slider().findChild<QSlider*>("slider");
  ASSERT_TRUE(slider->isVisible());
  EXPECT_EQ(slider->maximum(), 39) << "XZ is scrolled along y";
  QTest::keyClick(slider, Qt::Key_Home);
  EXPECT_EQ(cursor().y, 0);
  QTest::keyClick(slider, Qt::Key_Right);
  EXPECT_EQ(cursor().y, 1);
  key(Qt::Key_E, Qt::ControlModifier);
  EXPECT_EQ(workspace_.view().maximised(), Plane::kYZ);
}

TEST_F(LayoutsTest, TimePlaysLoopsAndStops) {
  open_movie();
  AxisSlider& time = views().time_slider();
  ASSERT_TRUE(time.isVisible());
  time.set_rate(60);
  QTest::mouseClick(time.findChild<QToolButton*>("play"), Qt::LeftButton);
  EXPECT_TRUE(time.playing());
  int wraps = 0;
  std::int64_t last = 0;
  ASSERT_TRUE(wait_until([&] {
    if (workspace_.view().time() < last) ++wraps;
    last = workspace_.view().time();
    return wraps >= 2;
  }));
  QTest::mouseClick(time.findChild<QToolButton*>("play"), Qt::LeftButton);
  EXPECT_FALSE(time.playing());
  time.set_mode(PlayMode::kOnce);
  time.set_playing(true);
  ASSERT_TRUE(wait_until([&] { return !time.playing(); }));
  EXPECT_EQ(workspace_.view().time(), 4);
  time.set_playing(true);
  EXPECT_LT(workspace_.view().time(), 4) << "from the start again";
  time.set_mode(PlayMode::kBackAndForth);
  bool back = false;
  last = 0;
  ASSERT_TRUE(wait_until([&] {
    back = back || workspace_.view().time() == last - 1;
    last = workspace_.view().time();
    return back;
  }));
  workspace_.layers().clear();
  EXPECT_FALSE(time.playing());
}

TEST_F(LayoutsTest, TheChannelSliderShowsOneChannelOrAll) {
  open_movie();
  auto* slider = views().channel_slider().findChild<QSlider*>("slider");
  ASSERT_TRUE(slider->isVisible());
  EXPECT_EQ(slider->maximum(), 2);
  QTest::keyClick(slider, Qt::Key_End);
  EXPECT_FALSE(image().channel(0).visible);
  EXPECT_TRUE(image().channel(1).visible);
  QTest::keyClick(slider, Qt::Key_Home);
  EXPECT_TRUE(image().channel(0).visible);
  EXPECT_TRUE(image().channel(1).visible);
}

TEST_F(LayoutsTest, AxesAreCalledAsTheFileCallsThem) {
  Volume views(VoxelType::kUInt8, {3, 1, 4, 30, 40});
  views.grid.names = {"angle", "", "depth", "", ""};
  views.grid.frame_interval = 15;
  views.grid.time_unit = "degree";
  ASSERT_TRUE(write_image(folder_ / "views.nrrd", views));
  open({folder_ / "views.nrrd"});
  const auto names_of = [&](const char* row) {
    auto* const slider = window_.findChild<QWidget*>(QLatin1String(row))->findChild<QSlider*>();
    return slider->accessibleName().toStdString();
  };
  EXPECT_EQ(names_of("axis_time"), "angle");
  run("view.columns_2");
  EXPECT_EQ(names_of("axis_plane"), "depth");
  run("file.close_all");
  open_movie();
  EXPECT_EQ(names_of("axis_time"), "Time");
}

TEST_F(LayoutsTest, ACommaThatIsTypedIsAPoint) {
  DecimalBox box;
  box.setRange(0, 100);
  box.selectAll();
  QTest::keyClicks(&box, "12,5");
  EXPECT_EQ(box.value(), 12.5);
  EXPECT_EQ(box.text(), "12.5");
}

TEST_F(LayoutsTest, AThickSliceShowsWhatLiesBeside) {
  open_stack();
  workspace_.layers().at(1).set_visible(false);
  auto* thickness = window_.findChild<QWidget*>("slab_thickness");
  ASSERT_NE(thickness, nullptr);
  EXPECT_TRUE(window_.findChild<QWidget*>("slab_controls")->isVisible());
  const WorldPoint middle = workspace_.view().cursor();
  workspace_.view().set_cursor({1, middle.y, middle.x});  // above the ball
  const auto at_middle = [&] {
    const QPoint p = xy().position_of(workspace_.view().cursor()).toPoint() + QPoint(9, 9);
    return qGray(xy().grab().toImage().pixel(p));
  };
  const int thin = at_middle();
  auto* box = thickness->findChild<QDoubleSpinBox*>();
  ASSERT_NE(box, nullptr);
  box->setValue(24);
  EXPECT_EQ(workspace_.view().slab().thickness, 24);
  EXPECT_GT(at_middle(), thin + 50);
  auto* projection = window_.findChild<QComboBox*>("slab_projection");
  projection->setFocus();
  QTest::keyClick(projection, Qt::Key_Down);
  EXPECT_EQ(workspace_.view().slab().projection, Projection::kMinimum);
  EXPECT_LE(at_middle(), thin + 5);
}

TEST_F(LayoutsTest, ScaleAndPlaceAreChangedAndUndone) {
  open_stack();
  workspace_.layers().select(&workspace_.layers().at(0));
  key(Qt::Key_Return, Qt::AltModifier);
  auto* dialog = window_.findChild<QDialog*>("properties_dialog");
  ASSERT_NE(dialog, nullptr);
  dialog->findChild<QDoubleSpinBox*>("spacing_x")->setValue(0.5);
  dialog->findChild<QDoubleSpinBox*>("origin_y")->setValue(7);
  dialog->findChild<QLineEdit*>("name")->setText("renamed");
  QTest::mouseClick(dialog->findChild<QPushButton*>("change"), Qt::LeftButton);
  EXPECT_EQ(image().place().spacing_x, 0.5);
  EXPECT_EQ(image().place().spacing_z, 2);
  EXPECT_EQ(image().place().origin_y, 7);
  EXPECT_EQ(image().name(), "renamed");
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(image().place(), image().grid());
  EXPECT_EQ(image().name(), "cells.tif");
}

}  // namespace
}  // namespace karyo::gui
