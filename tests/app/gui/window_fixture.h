#pragma once

/// What tests that drive the window by real events share.

#include <gtest/gtest.h>

#include <QAbstractButton>
#include <QApplication>
#include <QElapsedTimer>
#include <QTest>
#include <QWheelEvent>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "app/gui/main_window.h"
#include "app/gui/view_grid.h"
#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo::gui {

inline constexpr int kLimitMs = 20000;

/// Runs the event loop until `done` holds.
template <typename F>
bool wait_until(F done, int limit_ms = kLimitMs) {
  QElapsedTimer clock;
  clock.start();
  while (!done()) {
    if (clock.elapsed() > limit_ms) return false;
    QTest::qWait(5);
  }
  return true;
}

/// What a widget looks like, for people, where KARYOSCOPE_PICTURES names a folder.
inline void show_people(QWidget& widget, const std::string& name) {
  QTest::qWait(30);
  const char* folder = std::getenv("KARYOSCOPE_PICTURES");
  if (folder == nullptr) return;
  widget.grab().save(QString::fromStdString(std::string(folder) + "/" + name + ".png"));
}

/// A window with nothing open, and files to open in it.
class WindowTest : public ::testing::Test {
 protected:
  WindowTest() {
    window_.resize(1000, 700);
    window_.show();
    EXPECT_TRUE(QTest::qWaitForWindowExposed(&window_));
    window_.activateWindow();
    if (!QTest::qWaitForWindowActive(&window_)) activate();
  }

  /// A ball of brightness in a stack of 12 x 40 x 50, and its mask.
  void write_files() {
    Volume image(VoxelType::kUInt16, {1, 1, 12, 40, 50});
    image.grid.spacing_z = 2;
    image.grid.unit = "um";
    LabelArray mask(Index3{12, 40, 50});
    auto view = image.view<std::uint16_t>();
    for (int z = 0; z < 12; ++z) {
      for (int y = 0; y < 40; ++y) {
        for (int x = 0; x < 50; ++x) {
          const int d = 4 * (z - 6) * (z - 6) + (y - 20) * (y - 20) + (x - 25) * (x - 25);
          view(z, y, x) = static_cast<std::uint16_t>(d < 81 ? 900 + (x * y) % 50 : 100 + x % 7);
          mask(z, y, x) = d < 81 ? 3 : 0;
        }
      }
    }
    ASSERT_TRUE(write_image(folder_ / "cells.tif", image));
    ASSERT_TRUE(write_labels(folder_ / "cells_mask.tif", mask, image.grid));
  }

  void open(const std::vector<std::filesystem::path>& files) {
    workspace_.open(files);
    ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  }
  void open_stack() {
    write_files();
    open({folder_ / "cells.tif", folder_ / "cells_mask.tif"});
    ASSERT_EQ(workspace_.layers().count(), 2);
    QTest::qWait(20);
  }

  /// By its object name.
  template <typename W>
  W* part(const char* name) {
    return window_.findChild<W*>(QLatin1String(name));
  }
  void press(const char* button) {
    auto* found = part<QAbstractButton>(button);
    ASSERT_NE(found, nullptr) << button;
    ASSERT_TRUE(found->isVisible()) << button;
    QTest::mouseClick(found, Qt::LeftButton);
    QTest::qWait(20);
  }
  Index3 cursor() { return workspace_.view().cursor_voxel(workspace_.layers().grid()); }
  SliceView& xy() { return window_.views().slice(Plane::kXY); }
  ImageLayer& image() { return dynamic_cast<ImageLayer&>(workspace_.layers().at(0)); }

  static void wheel(QWidget& widget, int notches, Qt::KeyboardModifiers modifiers,
                    QPointF at) {
    QWheelEvent event(at, widget.mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, modifiers,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(&widget, &event);
  }
  /// Shortcuts need an active window, and without a window manager the server takes that away when
  /// another window goes and tells nobody whose turn it is.
  void activate() {
    QT_WARNING_PUSH
    QT_WARNING_DISABLE_DEPRECATED
    QApplication::setActiveWindow(&window_);
    QT_WARNING_POP
  }
  /// Presses a key where the keyboard is.
  void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    if (QApplication::activeWindow() == nullptr) activate();
    QWidget* target = QApplication::focusWidget();
    QTest::keyClick(target != nullptr ? target : &window_, key, modifiers);
  }

  test::TempDir folder_;
  Workspace workspace_;
  MainWindow window_{workspace_};
};

}  // namespace karyo::gui
