// The window driven by real events: what a person does, and what comes of it.

#include <gtest/gtest.h>

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QTest>
#include <QToolButton>
#include <QUrl>
#include <cstdlib>
#include <fstream>
#include <map>
#include <utility>

#include "app/gui/cheat_sheet.h"
#include "app/gui/command_search.h"
#include "app/gui/error_panel.h"
#include "app/gui/histogram_slider.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

using MainWindowTest = WindowTest;

TEST_F(MainWindowTest, AnEmptyWindowTeachesAndTheSampleOpens) {
  auto* sample = window_.findChild<QPushButton*>("file.sample");
  ASSERT_NE(sample, nullptr);
  EXPECT_TRUE(sample->isVisible());
  EXPECT_FALSE(window_.findChild<QListWidget*>("layers")->isVisible()) << "first run is quiet";
  QTest::mouseClick(sample, Qt::LeftButton);
  ASSERT_TRUE(wait_until([&] { return workspace_.layers().count() == 2; }));
  EXPECT_FALSE(sample->isVisible());
  EXPECT_TRUE(xy().isVisible());
  EXPECT_TRUE(window_.findChild<QListWidget*>("layers")->isVisible());
}

TEST_F(MainWindowTest, DroppedFilesOpenAndMasksLieOnTop) {
  write_files();
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(QString::fromStdString((folder_ / "cells_mask.tif").string())),
                QUrl::fromLocalFile(QString::fromStdString((folder_ / "cells.tif").string()))});
  QDragEnterEvent enter({300, 300}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&window_, &enter);
  EXPECT_TRUE(enter.isAccepted());
  QDropEvent drop(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&window_, &drop);
  ASSERT_TRUE(wait_until([&] { return workspace_.layers().count() == 2; }));
  EXPECT_EQ(workspace_.layers().at(0).kind(), LayerKind::kImage);
  EXPECT_EQ(workspace_.layers().at(1).kind(), LayerKind::kLabels);
}

TEST_F(MainWindowTest, TheWheelScrollsPlanes) {
  open_stack();
  const Index3 before = cursor();
  wheel(xy(), -1, Qt::NoModifier, {100, 100});
  EXPECT_EQ(cursor().z, before.z + 1);
  wheel(xy(), 2, Qt::NoModifier, {100, 100});
  EXPECT_EQ(cursor().z, before.z - 1);
  wheel(window_.views().slice(Plane::kYZ), -3, Qt::NoModifier, {50, 50});
  EXPECT_EQ(cursor().x, before.x + 3);
  wheel(xy(), -100, Qt::NoModifier, {100, 100});
  EXPECT_EQ(cursor().z, 11) << "it stops at the last plane";
}

TEST_F(MainWindowTest, ControlAndWheelZoomAboutThePointer) {
  open_stack();
  const QPointF at(130, 90);
  const double zoom = workspace_.view().view(Plane::kXY).zoom;
  const WorldPoint place = [&] {
    // The place under the pointer, found from two known ones.
    const QPointF origin = xy().position_of({0, 0, 0}), far = xy().position_of({0, 10, 10});
    return WorldPoint{0, (at.y() - origin.y()) / (far.y() - origin.y()) * 10,
                      (at.x() - origin.x()) / (far.x() - origin.x()) * 10};
  }();
  wheel(xy(), 3, Qt::ControlModifier, at);
  EXPECT_GT(workspace_.view().view(Plane::kXY).zoom, 1.3 * zoom);
  EXPECT_NEAR(xy().position_of(place).x(), at.x(), 0.6);
  EXPECT_NEAR(xy().position_of(place).y(), at.y(), 0.6);
}

TEST_F(MainWindowTest, AClickMovesTheCrosshairInAllViews) {
  open_stack();
  const WorldPoint target = centre_of({cursor().z, 12, 33}, workspace_.layers().grid());
  const QPointF at = xy().position_of(target);
  QTest::mouseClick(&xy(), Qt::LeftButton, {}, at.toPoint());
  EXPECT_NEAR(cursor().y, 12, 1);
  EXPECT_NEAR(cursor().x, 33, 1);
  const auto now = workspace_.view().cursor();
  // Linked planes share their axes on screen.
  EXPECT_NEAR(window_.views().slice(Plane::kXZ).position_of(now).x(), xy().position_of(now).x(), 1);
  EXPECT_NEAR(window_.views().slice(Plane::kYZ).position_of(now).y(), xy().position_of(now).y(), 1);
}

TEST_F(MainWindowTest, ADragMovesThePictureNotTheCrosshair) {
  open_stack();
  const Index3 before = cursor();
  const QPointF origin = xy().position_of({0, 0, 0});
  QTest::mousePress(&xy(), Qt::LeftButton, {}, {100, 100});
  QTest::mouseMove(&xy(), {110, 104});
  QTest::mouseMove(&xy(), {140, 120});
  QTest::mouseRelease(&xy(), Qt::LeftButton, {}, {140, 120});
  EXPECT_EQ(cursor(), before);
  EXPECT_NEAR(xy().position_of({0, 0, 0}).x() - origin.x(), 40, 1);
  EXPECT_NEAR(xy().position_of({0, 0, 0}).y() - origin.y(), 20, 1);
}

TEST_F(MainWindowTest, CSetsContrastAndVHides) {
  open_stack();
  image().set_limits(0, {0, 60000});
  key(Qt::Key_C);
  EXPECT_LT(image().channel(0).limits.high, 1000);
  EXPECT_GE(image().channel(0).limits.low, 90);
  QTest::qWait(20);
  const QImage with = xy().grab().toImage();
  key(Qt::Key_V);
  EXPECT_FALSE(image().visible());
  QTest::qWait(20);
  EXPECT_NE(xy().grab().toImage(), with);
  key(Qt::Key_V);
  EXPECT_TRUE(image().visible());
}

TEST_F(MainWindowTest, KeysStepThroughPlanesAndResetBringsAllBack) {
  open_stack();
  const Index3 before = cursor();
  key(Qt::Key_Right);
  EXPECT_EQ(cursor().z, before.z + 1);
  key(Qt::Key_Home);
  EXPECT_EQ(cursor().z, 0);
  const double zoom = workspace_.view().view(Plane::kXY).zoom;
  wheel(xy(), 5, Qt::ControlModifier, {50, 50});
  EXPECT_NE(workspace_.view().view(Plane::kXY).zoom, zoom);
  key(Qt::Key_R, Qt::ControlModifier);
  EXPECT_NEAR(workspace_.view().view(Plane::kXY).zoom, zoom, 1e-9);
}

TEST_F(MainWindowTest, TheEyeHidesALayerAndButtonsReorderAndClose) {
  open_stack();
  auto* list = window_.findChild<QListWidget*>("layers");
  ASSERT_EQ(list->count(), 2);
  const QRect top = list->visualItemRect(list->item(0));  // the mask
  QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, {14, top.center().y()});
  EXPECT_FALSE(workspace_.layers().at(1).visible());
  QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, {120, top.center().y()});
  EXPECT_EQ(workspace_.layers().selected(), &workspace_.layers().at(1));
  QTest::mouseClick(window_.findChild<QToolButton*>("layer.down"), Qt::LeftButton);
  EXPECT_EQ(workspace_.layers().at(0).kind(), LayerKind::kLabels);
  QTest::mouseClick(window_.findChild<QToolButton*>("layer.delete"), Qt::LeftButton);
  ASSERT_EQ(workspace_.layers().count(), 1);
  EXPECT_EQ(workspace_.layers().at(0).kind(), LayerKind::kImage);
}

TEST_F(MainWindowTest, HandlesOfTheHistogramSetLimits) {
  open_stack();
  workspace_.layers().select(&image());
  auto* slider = window_.findChild<QWidget*>("histogram");
  ASSERT_NE(slider, nullptr);
  QTest::qWait(20);
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));  // the values are counted
  const double high = image().channel(0).limits.high;
  // Left of both handles takes the low one and moves it to the pointer.
  const int middle = slider->width() / 3;
  QTest::mousePress(slider, Qt::LeftButton, {}, {4, 20});
  QTest::mouseMove(slider, {8, 20});
  QTest::mouseMove(slider, {middle, 20});
  QTest::mouseRelease(slider, Qt::LeftButton, {}, {middle, 20});
  EXPECT_GT(image().channel(0).limits.low, 200);
  EXPECT_EQ(image().channel(0).limits.high, high);
}

TEST_F(MainWindowTest, ABrokenFileIsExplainedInThePanel) {
  std::ofstream(folder_ / "broken.tif") << "II*\0 this is no image at all";
  workspace_.open({folder_ / "broken.tif"});
  auto* what = window_.findChild<QLabel*>("error_what");
  ASSERT_TRUE(wait_until([&] { return what->isVisible(); }));
  EXPECT_TRUE(what->text().contains("broken.tif")) << what->text().toStdString();
  EXPECT_FALSE(window_.findChild<QLabel*>("error_fix")->text().isEmpty());
  EXPECT_EQ(QApplication::activeModalWidget(), nullptr) << "never a box in the way";
  key(Qt::Key_Escape);
  EXPECT_FALSE(what->isVisible());
  open_stack();  // and the window goes on
}

TEST_F(MainWindowTest, DoubleClickShowsOneViewAndAllAgain) {
  open_stack();
  QTest::mouseDClick(&xy(), Qt::LeftButton, {}, {80, 80});
  EXPECT_TRUE(xy().isVisible());
  EXPECT_FALSE(window_.views().slice(Plane::kXZ).isVisible());
  EXPECT_FALSE(window_.views().volume().isVisible());
  QTest::mouseDClick(&xy(), Qt::LeftButton, {}, {80, 80});
  EXPECT_TRUE(window_.views().slice(Plane::kXZ).isVisible());
  key(Qt::Key_Y, Qt::ControlModifier);
  EXPECT_TRUE(window_.views().volume().isVisible());
  EXPECT_FALSE(xy().isVisible());
}

TEST_F(MainWindowTest, TheVolumeIsDrawnAndTurns) {
  open_stack();
  auto& surface = window_.views().volume().surface();
  ASSERT_TRUE(wait_until([&] { return window_.settled() && !surface.picture().isNull(); }));
  const QImage first = surface.picture();
  int lit = 0;
  for (int y = 0; y < first.height(); y += 3) {
    for (int x = 0; x < first.width(); x += 3) lit += qGray(first.pixel(x, y)) > 60 ? 1 : 0;
  }
  EXPECT_GT(lit, 100);
  QTest::mousePress(&surface, Qt::LeftButton, {}, {100, 100});
  QTest::mouseMove(&surface, {160, 130});
  QTest::mouseRelease(&surface, Qt::LeftButton, {}, {160, 130});
  ASSERT_TRUE(wait_until([&] { return window_.settled(); }));
  EXPECT_NE(surface.picture(), first);
}

TEST_F(MainWindowTest, AFlatImageGetsTheWholePicture) {
  ASSERT_TRUE(write_image(folder_ / "flat.tif", Volume(VoxelType::kUInt8, {1, 1, 1, 60, 80})));
  open({folder_ / "flat.tif"});
  EXPECT_TRUE(xy().isVisible());
  EXPECT_FALSE(window_.views().volume().isVisible());
}

TEST_F(MainWindowTest, CommandsAreFoundByAWordAndRun) {
  open_stack();
  wheel(xy(), 4, Qt::ControlModifier, {50, 50});
  const double zoomed = workspace_.view().view(Plane::kXY).zoom;
  key(Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
  ASSERT_TRUE(window_.search().isVisible());
  QTest::keyClicks(window_.search().findChild<QLineEdit*>(), "reset");
  QTest::keyClick(window_.search().findChild<QLineEdit*>(), Qt::Key_Return);
  EXPECT_FALSE(window_.search().isVisible());
  EXPECT_LT(workspace_.view().view(Plane::kXY).zoom, zoomed);
  key(Qt::Key_F1);
  EXPECT_TRUE(window_.cheat_sheet().isVisible());
}

/// Texts that do not fit where they stand. Saves the window as NAME.png in the folder that
/// KARYOSCOPE_PICTURES names, to be looked at.
std::string clipped_texts(MainWindow& window, const std::string& name) {
  show_people(window, name);
  std::string clipped;
  for (const auto* widget : window.findChildren<QWidget*>()) {
    const auto* label = qobject_cast<const QLabel*>(widget);
    const bool holds_text = (label != nullptr && !label->wordWrap()) ||
                            qobject_cast<const QPushButton*>(widget) != nullptr ||
                            qobject_cast<const QCheckBox*>(widget) != nullptr;
    if (!holds_text || !widget->isVisible()) continue;
    const QSize needed = widget->minimumSizeHint();
    if (widget->width() < needed.width() || widget->height() < needed.height() ||
        widget->visibleRegion().boundingRect() != widget->rect()) {
      clipped += widget->objectName().toStdString() + " \"" +
                 (label != nullptr ? label->text().toStdString() : "") + "\" ";
    }
  }
  return clipped;
}

TEST_F(MainWindowTest, NoTextIsClippedInAnyState) {
  for (const QSize size : {QSize(1280, 800), QSize(1920, 1080)}) {
    const std::string suffix = "_" + std::to_string(size.width());
    workspace_.layers().clear();
    window_.resize(size);
    EXPECT_EQ(clipped_texts(window_, "empty" + suffix), "");
    window_.errors().show_error({ErrorCode::kBadFile,
                                 "embryo_07.tif ends after 3 of 51 planes: the file is cut short",
                                 "Copy it again from the microscope, or open it in Fiji and save it."});
    EXPECT_EQ(clipped_texts(window_, "error" + suffix), "");
    window_.errors().dismiss_all();
    open_stack();
    ASSERT_TRUE(wait_until([&] { return window_.settled(); }));
    EXPECT_EQ(clipped_texts(window_, "stack" + suffix), "");
    workspace_.layers().select(&workspace_.layers().at(1));
    EXPECT_EQ(clipped_texts(window_, "labels" + suffix), "");
    window_.cheat_sheet().toggle();
    EXPECT_EQ(clipped_texts(window_, "keys" + suffix), "");
    window_.cheat_sheet().toggle();
    window_.search().open();
    EXPECT_EQ(clipped_texts(window_, "search" + suffix), "");
    window_.search().hide();
    workspace_.layers().clear();
    Volume channels(VoxelType::kUInt16, {3, 2, 1, 40, 60});
    channels.channels = {{"nuclei (DAPI)", false, 0, 0, {}}, {"tubulin", false, 0, 0, {}}};
    channels.view<std::uint16_t>(0, 1)(0, 3, 3) = 34733;
    ASSERT_TRUE(write_image(folder_ / "channels.tif", channels));
    open({folder_ / "channels.tif"});
    EXPECT_EQ(clipped_texts(window_, "channels" + suffix), "");
  }
}

TEST_F(MainWindowTest, EveryCommandIsExplained) {
  for (const auto& command : window_.commands().all()) {
    EXPECT_GT(command.help.size(), command.title.size()) << command.id;
    EXPECT_EQ(command.help.back(), '.') << command.id << ": a full sentence";
  }
}

TEST_F(MainWindowTest, NoKeyMeansTwoThingsInAnyPreset) {
  for (const auto& preset : Keymap::presets()) {
    ASSERT_TRUE(window_.keymap().use(preset));
    std::map<std::pair<std::string, std::string>, std::string> seen;  // at its place
    for (const auto& command : window_.commands().all()) {
      for (const auto& key : single_keys(command.shortcut)) {
        const auto [before, is_new] =
            seen.emplace(std::pair(key_place(command.id), key), command.id);
        EXPECT_TRUE(is_new) << preset << ": " << key << " is " << before->second << " and "
                            << command.id;
      }
    }
  }
  EXPECT_EQ(window_.commands().find("view.quad")->shortcut, "Shift+H") << "the last was Fiji's";
}

TEST_F(MainWindowTest, KeysAreChangedInTheEditor) {
  open_stack();
  window_.run("edit.keys", {});
  auto* editor = window_.findChild<QDialog*>("key_editor");
  ASSERT_NE(editor, nullptr);
  QTest::keyClicks(editor->findChild<QLineEdit*>("filter"), "show or hide");
  auto* keys = editor->findChild<QKeySequenceEdit*>("keys");
  QTest::keyClick(keys, Qt::Key_C);
  ASSERT_TRUE(wait_until([&] {
    return editor->findChild<QLabel*>("message")->text().contains("Auto contrast");
  })) << "C is taken";
  QTest::keyClick(keys, Qt::Key_H, Qt::ControlModifier);
  ASSERT_TRUE(
      wait_until([&] { return window_.commands().find("layer.toggle")->shortcut == "Ctrl+H"; }));
  editor->close();
  window_.activateWindow();
  workspace_.layers().select(&image());
  window_.views().setFocus();
  key(Qt::Key_V);
  EXPECT_TRUE(image().visible());
  key(Qt::Key_H, Qt::ControlModifier);
  EXPECT_FALSE(image().visible());
  EXPECT_EQ(window_.settings().own_keys.at("layer.toggle"), "Ctrl+H");
}

TEST_F(MainWindowTest, AFolderOfImagesAsksWhatItsNumbersMean) {
  std::filesystem::create_directories(folder_ / "movie");
  for (int t = 1; t <= 12; ++t) {
    Volume frame(VoxelType::kUInt8, {1, 1, 1, 20, 30});
    frame.view<std::uint8_t>()(0, 3, 3) = static_cast<std::uint8_t>(t * 20);
    ASSERT_TRUE(write_image(folder_ / ("movie/p" + std::to_string(t) + ".tif"), frame));
  }
  window_.open_any({(folder_ / "movie").string()});
  auto* dialog = window_.findChild<QDialog*>("sequence_dialog");
  ASSERT_NE(dialog, nullptr);
  auto* axis = dialog->findChild<QComboBox*>("axis0");
  EXPECT_EQ(axis->currentData().toString(), "t");
  axis->setCurrentIndex(1);
  QTest::mouseClick(dialog->findChild<QPushButton*>("open"), Qt::LeftButton);
  ASSERT_TRUE(wait_until([&] { return workspace_.layers().count() == 1; }));
  EXPECT_EQ(image().shape().z, 12);
  EXPECT_EQ((image().shared_volume()->view<std::uint8_t>()(9, 3, 3)), 200) << "10 comes after 9";
  EXPECT_EQ(window_.settings().recent[0], (folder_ / "movie").string());
}

TEST_F(MainWindowTest, FilesOpenedAreInTheRecentMenu) {
  write_files();
  window_.open_any({(folder_ / "cells.tif").string()});
  ASSERT_TRUE(wait_until([&] { return workspace_.layers().count() == 1; }));
  workspace_.layers().clear();
  auto* recent = window_.findChild<QMenu*>("recent");
  ASSERT_NE(recent, nullptr);
  Q_EMIT recent->aboutToShow();
  ASSERT_EQ(recent->actions().size(), 1);
  EXPECT_TRUE(recent->actions()[0]->text().startsWith("cells.tif"));
  recent->actions()[0]->trigger();
  EXPECT_TRUE(wait_until([&] { return workspace_.layers().count() == 1; }));
}

}  // namespace
}  // namespace karyo::gui
