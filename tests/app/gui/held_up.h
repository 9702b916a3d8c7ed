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

/// While it lives, lists the events that take longer than the limit. On a busy machine the clock
/// goes on while others work: the work alone counts.
class HeldUp {
 public:
  HeldUp()
      : before_(std::exchange(application().on_slow, [this](const auto& event) {
          if (event.cpu_ms <= WatchedApplication::kLimitMs) return;
          events.push_back(std::to_string(event.cpu_ms) + " ms in " + event.what.toStdString());
        })) {}
  ~HeldUp() { application().on_slow = before_; }
  HeldUp(const HeldUp&) = delete;
  HeldUp& operator=(const HeldUp&) = delete;

  std::vector<std::string> events;

 private:
  static WatchedApplication& application() {
    return *static_cast<WatchedApplication*>(QApplication::instance());
  }
  std::function<void(const WatchedApplication::SlowEvent&)> before_;
};

/// Calls `use` from the queue, then `settle`, which lets what follows from it happen; what held the
/// window up between.
inline std::vector<std::string> what_holds_up(const std::function<void()>& use,
                                              const std::function<void()>& settle) {
  HeldUp held;
  QTimer::singleShot(0, qApp, use);
  settle();
  return held.events;
}

}  // namespace karyo::gui
