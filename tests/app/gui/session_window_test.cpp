// Undo, macros and sessions as a person meets them: menus, keys, dialogs.

#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <fstream>

#include "app/autosave.h"
#include "app/gui/error_panel.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class SessionWindowTest : public WindowTest {
 protected:
  /// The entry of an open menu that begins with `text`; null when there is none.
  QAction* entry(const char* menu, const QString& text) {
    for (QAction* top : window_.menuBar()->actions()) {
      if (top->text().remove(QLatin1Char('&')) != QLatin1String(menu)) continue;
      Q_EMIT top->menu()->aboutToShow();
      for (QAction* action : top->menu()->actions()) {
        if (action->text().startsWith(text)) return action;
      }
    }
    return nullptr;
  }
  template <typename T>
  T* shown(const char* name = "") {
    T* found = nullptr;
    static_cast<void>(wait_until([&] {
      for (T* widget :
           window_.findChildren<T*>(*name == 0 ? QString() : QString::fromLatin1(name))) {
        if (widget->isVisible()) found = widget;
      }
      return found != nullptr;
    }));
    return found;
  }
  /// Types a path into the file dialog and accepts it.
  void answer(const std::filesystem::path& path) {
    auto* dialog = shown<QFileDialog>();
    ASSERT_NE(dialog, nullptr);
    auto* name = dialog->findChild<QLineEdit*>();
    ASSERT_NE(name, nullptr);
    name->setText(QString::fromStdString(path.string()));
    QTest::keyClick(name, Qt::Key_Return);
    ASSERT_TRUE(wait_until([&] { return !dialog->isVisible(); }));
  }
};

TEST_F(SessionWindowTest, TheEditMenuNamesWhatItTakesBack) {
  open_stack();
  workspace_.layers().select(&workspace_.layers().at(1));
  key(Qt::Key_Delete);
  ASSERT_EQ(workspace_.layers().count(), 1);
  QAction* undo = entry("Edit", "Undo");
  ASSERT_NE(undo, nullptr);
  EXPECT_EQ(undo->text(), "Undo: Close layer");
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(workspace_.layers().count(), 2);
  EXPECT_EQ(entry("Edit", "Redo")->text(), "Redo: Close layer");
  key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
  EXPECT_EQ(workspace_.layers().count(), 1);
}

TEST_F(SessionWindowTest, ASessionIsSavedAndOpenedByDialogs) {
  open_stack();
  image().set_limits(0, {7, 70});
  key(Qt::Key_S, Qt::ControlModifier);
  answer(folder_ / "a.karyoscope.json");
  ASSERT_TRUE(std::filesystem::exists(folder_ / "a.karyoscope.json"));
  image().set_limits(0, {8, 80});
  key(Qt::Key_S, Qt::ControlModifier);
  QTest::qWait(20);
  EXPECT_EQ(window_.findChildren<QFileDialog*>().size(), 0) << "it asks once";
  workspace_.layers().clear();
  entry("File", "Open session")->trigger();
  answer(folder_ / "a.karyoscope.json");
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  ASSERT_EQ(workspace_.layers().count(), 2);
  EXPECT_EQ(image().channel(0).limits.high, 80);
}

TEST_F(SessionWindowTest, WhatIsInNoFileIsAskedAboutOnce) {
  open_stack();
  ASSERT_TRUE(window_.close()) << "files have nothing to lose";
  window_.show();
  workspace_.layers().add(std::make_shared<ImageLayer>(
      "made here", std::make_shared<const Volume>(VoxelType::kUInt8, VolumeShape{1, 1, 1, 4, 4})));
  EXPECT_FALSE(window_.close());
  auto* question = shown<QMessageBox>("unsaved");
  ASSERT_NE(question, nullptr);
  EXPECT_TRUE(question->text().contains("made here")) << question->text().toStdString();
  QTest::mouseClick(question->defaultButton(), Qt::LeftButton);  // stay
  ASSERT_TRUE(wait_until([&] { return window_.findChildren<QMessageBox*>().empty(); }));
  EXPECT_TRUE(window_.isVisible());
  EXPECT_FALSE(window_.close());
  question = shown<QMessageBox>("unsaved");
  ASSERT_NE(question, nullptr);
  for (auto* button : question->buttons()) {
    if (button != question->defaultButton()) QTest::mouseClick(button, Qt::LeftButton);
  }
  EXPECT_TRUE(wait_until([&] { return !window_.isVisible(); }));
}

TEST_F(SessionWindowTest, ASessionTurns3DAsItWas) {
  open_stack();
  auto& volume = window_.views().volume();
  volume.set_method(VolumeMethod::kAverage);
  ASSERT_TRUE(window_.commands().run("view.turn", {{"azimuth", 40}, {"elevation", 10}}));
  const Camera before = volume.surface().camera();
  const auto path = (folder_ / "s.karyoscope.json").string();
  ASSERT_TRUE(window_.commands().run("file.save_session_as", {{"path", path}}));
  volume.set_method(VolumeMethod::kMaximum);
  volume.reset_camera();
  EXPECT_FALSE(workspace_.volume().camera());
  window_.open_session(path);
  ASSERT_TRUE(wait_until([&] { return workspace_.layers().count() == 2 && !workspace_.busy(); }));
  QTest::qWait(100);
  EXPECT_EQ(volume.method(), VolumeMethod::kAverage);
  const Camera now = volume.surface().camera();
  EXPECT_NEAR(dot(now.forward, before.forward), 1, 1e-9);
  EXPECT_EQ(now.height, before.height);
}

TEST_F(SessionWindowTest, TheWindowsLayoutIsRemembered) {
  const auto path = folder_ / "settings.json";
  {
    MainWindow first(workspace_, SettingsStore(path));
    first.resize(911, 633);
    first.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&first));
    ASSERT_TRUE(first.close());
  }
  MainWindow second(workspace_, SettingsStore(path));
  EXPECT_EQ(second.size(), QSize(911, 633));
}

TEST_F(SessionWindowTest, WhatACrashLeftIsOfferedOnce) {
  open_stack();
  image().set_limits(0, {5, 55});
  const auto folder = folder_ / "state";
  {
    Autosave crashed(folder);
    ASSERT_TRUE(crashed.save(workspace_));
    // As a crash would leave it: the files, without the lock.
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::filesystem::copy(entry.path(), folder_ / ("kept-" + entry.path().filename().string()));
    }
    const Autosave beside(folder);
    EXPECT_TRUE(beside.left_behind().empty()) << "its window is still open";
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder)) << "an orderly end leaves nothing";
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("kept-")) std::filesystem::rename(entry.path(), folder / name.substr(5));
  }
  Workspace other;
  MainWindow again(other, {}, folder);
  again.show();
  auto* yes = again.findChild<QPushButton*>("offer_yes");
  ASSERT_NE(yes, nullptr);
  EXPECT_TRUE(yes->isVisible());
  QTest::mouseClick(yes, Qt::LeftButton);
  ASSERT_TRUE(wait_until([&] { return other.layers().count() == 2; }));
  EXPECT_EQ(dynamic_cast<ImageLayer&>(other.layers().at(0)).channel(0).limits.high, 55);
  EXPECT_FALSE(yes->isVisible());
  const Autosave later(folder);
  EXPECT_TRUE(later.left_behind().empty());
}

TEST_F(SessionWindowTest, AMacroIsRecordedSavedAndRun) {
  open_stack();
  entry("Macro", "Record")->trigger();
  workspace_.layers().select(&workspace_.layers().at(0));
  key(Qt::Key_V);
  entry("Macro", "Record")->trigger();
  entry("Macro", "Save")->trigger();
  answer(folder_ / "m.json");
  ASSERT_TRUE(std::filesystem::exists(folder_ / "m.json"));
  EXPECT_FALSE(image().visible());
  entry("Macro", "Run")->trigger();
  answer(folder_ / "m.json");
  EXPECT_TRUE(wait_until([&] { return image().visible(); }));
  std::ofstream(folder_ / "bad.json")
      << R"({"karyoscope_macro":1,"steps":[{"command":"no.such"},{"command":"layer.toggle"}]})";
  entry("Macro", "Run")->trigger();
  answer(folder_ / "bad.json");
  ASSERT_TRUE(wait_until([&] { return window_.errors().isVisible(); }));
  QTest::qWait(100);
  EXPECT_TRUE(image().visible()) << "it stops at the first step that fails";
}

}  // namespace
}  // namespace karyo::gui
