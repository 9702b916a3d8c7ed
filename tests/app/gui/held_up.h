#pragma once

/// What keeps the window's thread at work for longer than a person should feel.

#include <QApplication>
#include <QTimer>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "app/gui/watchdog.h"

namespace karyo::gui {

/// Calls `use` from the queue, then `settle`, which lets what follows from it happen; lists the
/// events between that took longer than the limit. On a busy machine the clock goes on while others
/// work: the work alone counts.
inline std::vector<std::string> what_holds_up(const std::function<void()>& use,
                                              const std::function<void()>& settle) {
  auto& application = *static_cast<WatchedApplication*>(QApplication::instance());
  std::vector<std::string> held;
  const auto before =
      std::exchange(application.on_slow, [&](const WatchedApplication::SlowEvent& event) {
        if (event.cpu_ms <= WatchedApplication::kLimitMs) return;
        held.push_back(std::to_string(event.cpu_ms) + " ms in " + event.what.toStdString());
      });
  QTimer::singleShot(0, &application, use);
  settle();
  application.on_slow = before;
  return held;
}

}  // namespace karyo::gui
