// The Process menu: settings, preview, result.

#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>

#include "app/gui/error_panel.h"
#include "app/gui/measure_tool.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class FilterTest : public WindowTest {
 protected:
  QDialog* open_dialog(const char* id) {
    workspace_.layers().select(&workspace_.layers().at(0));
    window_.run(*window_.commands().find(id));
    return window_.findChild<QDialog*>("filter_dialog");
  }
  QImage picture() { return xy().grab().toImage(); }
};

TEST_F(FilterTest, APreviewShowsBeforeAnythingIsDone) {
  open_stack();
  const QImage before = picture();
  auto* dialog = open_dialog("filter.gaussian");
  ASSERT_NE(dialog, nullptr);
  dialog->findChild<QDoubleSpinBox*>("sigma")->setValue(4);
  EXPECT_TRUE(wait_until([&] { return picture() != before; }));
  EXPECT_EQ(workspace_.layers().count(), 2);
  dialog->findChild<QCheckBox*>("preview")->setChecked(false);
  EXPECT_TRUE(wait_until([&] { return picture() == before; }));
  dialog->close();
  QTest::qWait(10);
  EXPECT_FALSE(workspace_.history().can_undo());
}

/// Its views go before it does.
TEST_F(FilterTest, AWindowEndsWithItsDialogOpen) {
  open_stack();
  Workspace workspace;
  workspace.layers().insert(0, workspace_.layers().shared_at(0));
  auto window = std::make_unique<MainWindow>(workspace);
  window->show();
  workspace.layers().select(&workspace.layers().at(0));
  window->run(*window->commands().find("filter.gaussian"));
  ASSERT_NE(window->findChild<QDialog*>("filter_dialog"), nullptr);
  window.reset();
}

TEST_F(FilterTest, RunMakesALayerAndUndoTakesItBack) {
  open_stack();
  auto* dialog = open_dialog("image.project");
  ASSERT_NE(dialog, nullptr);
  EXPECT_EQ(dialog->findChild<QCheckBox*>("preview"), nullptr);
  dialog->findChild<QComboBox*>("kind")->setCurrentText("mean");
  QTest::mouseClick(dialog->findChild<QPushButton*>("run"), Qt::LeftButton);
  ASSERT_TRUE(wait_until([&] { return workspace_.layers().count() == 3; }));
  EXPECT_EQ(workspace_.layers().at(1).shape().z, 1);
  EXPECT_EQ(dynamic_cast<ImageLayer&>(workspace_.layers().at(1)).type(), VoxelType::kFloat32);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(workspace_.layers().count(), 2);
}

TEST_F(FilterTest, TheRectangleIsCroppedAndTheCalculatorCalculates) {
  open_stack();
  workspace_.layers().select(&workspace_.layers().at(0));
  window_.run("image.crop_to_rectangle", {});
  EXPECT_TRUE(window_.errors().isVisible()) << "nothing is drawn";
  window_.errors().dismiss();
  window_.set_measuring(MeasureKind::kRectangle);
  window_.measure_tool().set_shape(
      MeasureShape{MeasureKind::kRectangle, Plane::kXY, {{1, 10.2, 5.2}, {1, 20.4, 14.6}}});
  window_.run("image.crop_to_rectangle", {});
  ASSERT_TRUE(wait_until([&] { return workspace_.layers().count() == 3; }));
  EXPECT_EQ(workspace_.layers().at(1).shape().zyx(), (Index3{12, 10, 10})) << "middles inside";
  EXPECT_EQ(workspace_.layers().at(1).grid().origin_y, 10);
  window_.run("image.ask_calculate", {});
  auto* dialog = window_.findChild<QDialog*>("calculator_dialog");
  ASSERT_NE(dialog, nullptr);
  dialog->findChild<QComboBox*>("first")->setCurrentText("cells.tif");
  dialog->findChild<QComboBox*>("how")->setCurrentIndex(2);
  QTest::mouseClick(dialog->findChild<QPushButton*>("run"), Qt::LeftButton);
  ASSERT_TRUE(wait_until([&] { return workspace_.layers().count() == 4; }));
  const auto& doubled = dynamic_cast<ImageLayer&>(*workspace_.layers().selected());
  EXPECT_EQ((doubled.shared_volume()->view<std::uint16_t>()(0, 0, 0)),
            2 * (image().shared_volume()->view<std::uint16_t>()(0, 0, 0)));
}

}  // namespace
}  // namespace karyo::gui
