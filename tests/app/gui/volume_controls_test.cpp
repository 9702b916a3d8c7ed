// The 3D panel, worked as a hand works it.

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "app/gui/controls.h"
#include "app/gui/opacity_editor.h"
#include "app/gui/span_slider.h"
#include "app/gui/volume_controls.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class VolumeControlsTest : public WindowTest {
 protected:
  const VolumeLook& look() { return window_.views().volume().look(); }
  template <typename T>
  T* find(const char* name) {
    T* found = window_.findChild<T*>(QString::fromLatin1(name));
    EXPECT_NE(found, nullptr) << name;
    return found;
  }
  /// As a person chooses an entry.
  void choose(QComboBox* box, int index) {
    box->setCurrentIndex(index);
    Q_EMIT box->activated(index);
  }
  void open_panel() {
    open_stack();
    find<QToolButton>("volume_header")->click();
  }
  int index_of(QComboBox* box, const QString& text) { return box->findText(text); }
};

TEST_F(VolumeControlsTest, ThePanelIsThereWhileAStackIsSeenIn3D) {
  auto* panel = find<VolumeControls>("volume_controls");
  EXPECT_FALSE(panel->isVisible());
  open_stack();
  EXPECT_TRUE(panel->isVisible());
  workspace_.view().set_layout(ViewLayoutKind::kPlane, Plane::kXY);
  EXPECT_FALSE(panel->isVisible());
  EXPECT_FALSE(find<QComboBox>("volume_method")->isVisible()) << "folded up beside the planes";
  workspace_.view().set_layout(ViewLayoutKind::kVolume);
  EXPECT_TRUE(panel->isVisible());
  EXPECT_TRUE(find<QComboBox>("volume_method")->isVisible()) << "3D alone unfolds it";
}

TEST_F(VolumeControlsTest, AMethodBringsItsOwnSettings) {
  open_panel();
  auto* method = find<QComboBox>("volume_method");
  choose(method, index_of(method, "Isosurface"));
  EXPECT_EQ(look().method, VolumeMethod::kIsosurface);
  EXPECT_TRUE(find<ValueSlider>("threshold")->isVisible());
  EXPECT_FALSE(find<OpacityEditor>("opacity_curve")->isVisible());
  choose(method, index_of(method, "Translucent"));
  EXPECT_TRUE(find<OpacityEditor>("opacity_curve")->isVisible());
  EXPECT_FALSE(find<ValueSlider>("threshold")->isVisible());
  // A command shows in the panel.
  ASSERT_TRUE(window_.commands().run("view.minimum"));
  EXPECT_EQ(method->currentText(), "Darkest voxel");
}

TEST_F(VolumeControlsTest, TheThresholdSaysWhichValueItIs) {
  open_panel();
  image().set_limits(0, {100, 900});
  ASSERT_TRUE(window_.commands().run("view.isosurface", {{"share", 0.5}}));
  EXPECT_EQ(find<QLabel>("threshold_value")->text(), "value 500");
  image().set_limits(0, {100, 500});
  EXPECT_EQ(find<QLabel>("threshold_value")->text(), "value 300");
}

TEST_F(VolumeControlsTest, PointsOfTheOpacityCurveAreMovedByKeys) {
  open_panel();
  ASSERT_TRUE(window_.commands().run("view.composite"));
  auto* editor = find<OpacityEditor>("opacity_curve");
  editor->setFocus();
  ASSERT_TRUE(editor->hasFocus());
  const auto before = look().opacity.points();
  QTest::keyClick(editor, Qt::Key_PageDown);
  QTest::keyClick(editor, Qt::Key_Right, Qt::ShiftModifier);
  QTest::keyClick(editor, Qt::Key_Up);
  EXPECT_NEAR(look().opacity.points()[1].strength, before[1].strength + 0.1, 1e-9);
  EXPECT_NEAR(look().opacity.points()[1].opacity, before[1].opacity + 0.01, 1e-9);
  QTest::keyClick(editor, Qt::Key_Insert);
  EXPECT_EQ(look().opacity.points().size(), before.size() + 1);
  QTest::keyClick(editor, Qt::Key_Delete);
  EXPECT_EQ(look().opacity.points().size(), before.size());
  for (int i = 0; i < 5; ++i) QTest::keyClick(editor, Qt::Key_PageUp);
  QTest::keyClick(editor, Qt::Key_Delete);
  EXPECT_EQ(look().opacity.points().size(), before.size()) << "an end stays";
}

TEST_F(VolumeControlsTest, PointsOfTheOpacityCurveAreDraggedAddedAndTakenAway) {
  open_panel();
  ASSERT_TRUE(window_.commands().run("view.composite"));
  auto* editor = find<OpacityEditor>("opacity_curve");
  const OpacityCurve usual = look().opacity;
  ASSERT_EQ(usual.points().size(), 3u);
  const auto drag = [&](OpacityCurve::Point from, OpacityCurve::Point to) {
    const QPoint start = editor->position_of(from).toPoint();
    const QPoint end = editor->position_of(to).toPoint();
    QTest::mousePress(editor, Qt::LeftButton, {}, start);
    QMouseEvent move(QEvent::MouseMove, end, editor->mapToGlobal(end), Qt::NoButton, Qt::LeftButton,
                     {});
    QApplication::sendEvent(editor, &move);
    QTest::mouseRelease(editor, Qt::LeftButton, {}, end);
  };
  drag(usual.points()[1], {0.5, 0.25});
  ASSERT_EQ(look().opacity.points().size(), 3u);
  EXPECT_NEAR(look().opacity.points()[1].strength, 0.5, 0.01);
  EXPECT_NEAR(look().opacity.points()[1].opacity, 0.25, 0.01);
  // The ends go up and down only.
  drag(look().opacity.points()[2], {0.3, 1});
  EXPECT_EQ(look().opacity.points()[2].strength, 1);
  EXPECT_NEAR(look().opacity.points()[2].opacity, 1, 0.01);
  // Pressed where there is none, a point comes, and it does not pass its neighbour.
  drag({0.2, 0.8}, {0.9, 0.8});
  ASSERT_EQ(look().opacity.points().size(), 4u);
  EXPECT_NEAR(look().opacity.points()[1].strength, 0.5, 0.02);
  EXPECT_LT(look().opacity.points()[1].strength, look().opacity.points()[2].strength);
  QTest::mouseClick(editor, Qt::RightButton, {},
                    editor->position_of(look().opacity.points()[1]).toPoint());
  EXPECT_EQ(look().opacity.points().size(), 3u);
  QTest::mouseClick(editor, Qt::RightButton, {}, editor->position_of({0, 0}).toPoint());
  EXPECT_EQ(look().opacity.points().size(), 3u) << "the ends stay";
  QTest::mouseClick(find<QPushButton>("usual_curve"), Qt::LeftButton);
  EXPECT_EQ(look().opacity, usual);
}

TEST_F(VolumeControlsTest, CroppingByItsHandles) {
  open_panel();
  find<QCheckBox>("crop_on")->click();
  ASSERT_TRUE(look().crop_on);
  auto* x = find<SpanSlider>("crop_x");
  ASSERT_TRUE(x->isVisible());
  const QPoint middle(x->width() / 2, x->height() / 2);
  QTest::mousePress(x, Qt::LeftButton, {}, {x->width() - 7, middle.y()});
  QMouseEvent move(QEvent::MouseMove, middle, x->mapToGlobal(middle), Qt::NoButton, Qt::LeftButton,
                   {});
  QApplication::sendEvent(x, &move);
  QTest::mouseRelease(x, Qt::LeftButton, {}, middle);
  EXPECT_NEAR(look().crop.high.x, 25, 0.5);
  EXPECT_EQ(look().crop.low.x, 0);
  EXPECT_EQ(look().crop.high.y, 40);
  QTest::mouseDClick(x, Qt::LeftButton, {}, middle);
  EXPECT_EQ(look().crop.high.x, 50);
}

TEST_F(VolumeControlsTest, APlaneIsTurnedToTheViewer) {
  open_panel();
  find<QCheckBox>("slice_on")->click();
  ASSERT_TRUE(look().slice.on);
  ASSERT_TRUE(window_.commands().run("view.side"));
  find<QPushButton>("slice_face")->click();
  EXPECT_NEAR(look().slice.normal.x, 1, 1e-9);
  EXPECT_NEAR(look().slice.normal.z, 0, 1e-9);
  find<QDoubleSpinBox>("slice_z")->setValue(1);
  EXPECT_NEAR(look().slice.normal.z, look().slice.normal.x, 1e-9);
  find<QCheckBox>("slice_on")->click();
  EXPECT_FALSE(look().slice.on);
}

}  // namespace
}  // namespace karyo::gui
