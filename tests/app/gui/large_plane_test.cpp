// Every tool on a plane of 4096 x 4096 pixels, under the watchdog.

#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "app/dataset_session.h"
#include "app/gui/error_panel.h"
#include "app/gui/slice_view.h"
#include "app/gui/watchdog.h"
#include "tests/app/gui/held_up.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

constexpr std::int64_t kSide = 4096;
constexpr int kPitch = 64;  // of the discs, pixels
using Way = std::vector<std::pair<double, double>>;

class LargePlaneTest : public WindowTest {
 protected:
  LargePlaneTest() {
    window_.resize(1280, 800);
    Volume image(VoxelType::kUInt8, {1, 1, 1, kSide, kSide});
    auto view = image.view<std::uint8_t>();
    LabelArray ids(Index3{1, kSide, kSide});
    for (std::int64_t y = 0; y < kSide; ++y) {
      for (std::int64_t x = 0; x < kSide; ++x) {
        const std::int64_t dy = y % kPitch - kPitch / 2, dx = x % kPitch - kPitch / 2;
        const std::int64_t d = dy * dy + dx * dx;
        view(0, y, x) = static_cast<std::uint8_t>((d < 300 ? 180 : 30) + (x * 7 + y * 3) % 9);
        if (d < 300) ids(0, y, x) = static_cast<std::uint32_t>(1 + y / kPitch * 64 + x / kPitch);
      }
    }
    // As one annotates: with the journal, which keeps every step.
    EXPECT_TRUE(write_image(folder_ / "images" / "large.tif", image));
    EXPECT_TRUE(write_labels(folder_ / "masks" / "large.tif", ids, image.grid));
    window_.open_dataset(folder_.path().string());
    EXPECT_TRUE(wait_until([&] { return workspace_.dataset().labels() != nullptr; }));
    labels_ = workspace_.dataset().labels();
    settle();
    workspace_.view().set_centre(Plane::kXY, {0.5, 2048, 2048});
    workspace_.view().set_zoom(Plane::kXY, 1);
    settle();
  }
  std::vector<std::string> held_by(const std::function<void()>& use) {
    return what_holds_up(use, [&] { settle(); });
  }
  void settle() {
    QTest::qWait(20);
    ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
    QTest::qWait(20);
  }
  QPointF at(std::pair<double, double> place) {
    return xy().position_of({0.5, place.first, place.second});
  }
  void mouse(QEvent::Type type, const QPointF& where) {
    const bool moves = type == QEvent::MouseMove;
    const auto buttons = type == QEvent::MouseButtonRelease ? Qt::NoButton : Qt::LeftButton;
    // Posted, as the system's events are: the watchdog sees what goes through the queue.
    QApplication::postEvent(&xy(),
                            new QMouseEvent(type, where, xy().mapToGlobal(where),
                                            moves ? Qt::NoButton : Qt::LeftButton, buttons, {}));
    QTest::qWait(1);
  }
  void drag(const Way& way) {
    mouse(QEvent::MouseButtonPress, at(way.front()));
    constexpr int kEvents = 12;  // between two places
    for (std::size_t i = 1; i < way.size(); ++i) {
      const QPointF from = at(way[i - 1]), to = at(way[i]);
      for (int step = 1; step <= kEvents; ++step) {
        mouse(QEvent::MouseMove, from + (to - from) * step / kEvents);
      }
    }
    mouse(QEvent::MouseButtonRelease, at(way.back()));
  }
  void click(std::pair<double, double> place) {
    mouse(QEvent::MouseMove, at(place));
    mouse(QEvent::MouseButtonPress, at(place));
    mouse(QEvent::MouseButtonRelease, at(place));
  }
  void close_outline(std::pair<double, double> place) {
    click(place);
    mouse(QEvent::MouseButtonDblClick, at(place));
    mouse(QEvent::MouseButtonRelease, at(place));
  }
  std::uint32_t id(std::int64_t y, std::int64_t x) { return labels_->labels().at({0, y, x}); }
  std::uint32_t id_of_disc(std::int64_t row, std::int64_t column) {
    return static_cast<std::uint32_t>(1 + row * 64 + column);
  }

  std::shared_ptr<LabelsLayer> labels_;
};

/// Middle of a disc near the middle of the view; the view shows about 9 x 14 of them.
std::pair<double, double> disc(int row, int column) {
  return {(row + 0.5) * kPitch, (column + 0.5) * kPitch};
}

TEST_F(LargePlaneTest, NoToolHoldsTheWindowUp) {
  auto& application = *static_cast<WatchedApplication*>(QApplication::instance());
  std::vector<std::string> held;
  std::string tool;
  const auto before =
      std::exchange(application.on_slow, [&](const WatchedApplication::SlowEvent& event) {
        // On a busy machine the clock goes on while others work: the work alone counts.
        if (event.cpu_ms <= WatchedApplication::kLimitMs) return;
        held.push_back(tool + ": " + std::to_string(event.cpu_ms) + " ms in " +
                       event.what.toStdString());
      });
  const auto with = [&](const char* command, const auto& use) {
    tool = command;
    SCOPED_TRACE(tool);
    window_.run(command, nlohmann::json::object());
    const LabelVolume start = labels_->labels();
    use();
    settle();
    EXPECT_FALSE(same_tiles(labels_->labels(), start)) << "the tool does something";
    tool += ", undone";
    key(Qt::Key_Z, Qt::ControlModifier);
    settle();
    EXPECT_TRUE(labels_->labels().to_dense() == start.to_dense());
  };
  const Way stroke{disc(30, 28), disc(33, 32), disc(31, 36)};
  const auto painted = [&] {
    labels_->set_selected(5000);
    drag(stroke);
  };
  workspace_.paint().set_size(64);
  with("tool.brush", painted);
  with("tool.eraser", painted);
  workspace_.paint().set_size(256);
  with("tool.brush", painted);
  workspace_.paint().set_adaptive(true);
  with("tool.brush", painted);
  workspace_.paint().set_size(64);
  with("tool.brush", painted);
  workspace_.paint().set_adaptive(false);
  with("tool.fill", [&] {
    labels_->set_selected(5000);
    click({32 * kPitch, 32 * kPitch});
    settle();
    EXPECT_EQ(id(0, 0), 5000u) << "the whole plane";
    EXPECT_EQ(id(kSide - 1, kSide - 1), 5000u);
  });
  with("tool.area_lasso", [&] { drag({disc(30, 30), disc(33, 30), disc(33, 33), disc(30, 33)}); });
  with("tool.area_rectangle", [&] { drag({disc(30, 30), disc(33, 34)}); });
  with("tool.area_ellipse", [&] { drag({disc(30, 30), disc(33, 34)}); });
  with("tool.area_polygon", [&] {
    click(disc(30, 30));
    click(disc(33, 30));
    close_outline(disc(32, 33));
  });
  with("tool.smart_outline", [&] {
    click(disc(30, 30));
    click({32 * kPitch, 30 * kPitch + 10});
    close_outline(disc(32, 32));
  });
  with("tool.wand", [&] {
    workspace_.paint().set_tolerance(60);
    drag({{32 * kPitch, 32 * kPitch}, {32 * kPitch, 32 * kPitch + 40}});
  });
  with("tool.one_click", [&] { click(disc(31, 31)); });
  with("tool.cut", [&] {
    drag({{31.5 * kPitch - 25, 31.5 * kPitch}, {31.5 * kPitch + 25, 31.5 * kPitch}});
  });
  with("tool.seeds", [&] {
    const auto [y, x] = disc(31, 31);
    click({y, x - 9});
    close_outline({y, x + 9});
  });
  with("tool.merge", [&] { drag({disc(31, 31), disc(31, 33)}); });
  with("tool.move_object", [&] {
    const auto [y, x] = disc(31, 31);
    drag({{y, x}, {y + 30, x + 30}});
  });
  application.on_slow = before;
  EXPECT_FALSE(window_.errors().isVisible());
  EXPECT_TRUE(held.empty());
  for (const std::string& one : held) std::cout << one << "\n";
}

TEST_F(LargePlaneTest, TheGuidedStepsDoNotHoldTheWindowUp) {
  const LabelVolume start = labels_->labels();
  const auto run = [&](const char* command, const nlohmann::json& arguments) {
    const auto held = held_by([&] { window_.run(command, arguments); });
    for (const std::string& one : held) ADD_FAILURE() << command << ": " << one;
  };
  run("steps.make", {{"method", "Otsu"}, {"smoothing", 4}, {"min_size", 50}});
  EXPECT_FALSE(same_tiles(labels_->labels(), start));
  run("edit.undo", nlohmann::json::object());
  EXPECT_TRUE(labels_->labels().to_dense() == start.to_dense());
}

TEST_F(LargePlaneTest, ClosingTheFolderDoesNotHoldTheWindowUp) {
  window_.run("labels.fill", {{"voxel", {0, 0, 0}}, {"label", 5000}});
  settle();
  const LabelArray drawn = labels_->labels().to_dense();
  labels_.reset();
  const auto held = held_by([&] {
    window_.run("dataset.close", nlohmann::json::object());
    EXPECT_FALSE(workspace_.dataset().is_open()) << "at once";
    EXPECT_TRUE(workspace_.dataset().writing());
  });
  for (const std::string& one : held) ADD_FAILURE() << one;
  EXPECT_TRUE(workspace_.dataset().settled());
  const auto mask = read_labels(folder_ / "masks" / "large.tif");
  ASSERT_TRUE(mask);
  EXPECT_TRUE(*mask == drawn);
}

}  // namespace
}  // namespace karyo::gui
