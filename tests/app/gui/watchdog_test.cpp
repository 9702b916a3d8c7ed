#include "app/gui/watchdog.h"

#include <gtest/gtest.h>

#include <QTimer>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

TEST(Watchdog, ReportsWhatKeepsTheWindowAndNothingElse) {
  auto& application = *static_cast<WatchedApplication*>(QApplication::instance());
  std::vector<WatchedApplication::SlowEvent> slow;
  const auto before =
      std::exchange(application.on_slow,
                    [&](const WatchedApplication::SlowEvent& event) { slow.push_back(event); });
  QObject owner;
  owner.setObjectName("sleeper");
  int left = 2;
  const auto run = [&](int ms) {
    QTimer::singleShot(0, &owner, [&left, ms] {
      std::this_thread::sleep_for(std::chrono::milliseconds(ms));
      --left;
    });
  };
  run(1);
  run(80);
  EXPECT_TRUE(wait_until([&] { return left == 0; }));
  application.on_slow = before;
  ASSERT_GE(slow.size(), 1u);
  EXPECT_GE(slow.back().wall_ms, 80);
  EXPECT_LT(slow.back().cpu_ms, 80) << "it slept";
  EXPECT_FALSE(slow.back().what.isEmpty());
}

}  // namespace
}  // namespace karyo::gui
