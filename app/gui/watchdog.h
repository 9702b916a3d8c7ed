#pragma once

/// Reports events that keep the UI thread for longer than a person should wait. Debug builds and
/// tests run under it, others with KARYOSCOPE_WATCHDOG=1.

#include <QApplication>
#include <QString>
#include <functional>

namespace karyo::gui {

/// What this thread has done so far, in milliseconds of the processor, whatever else the machine is
/// busy with.
double thread_work_ms();

class WatchedApplication : public QApplication {
 public:
  static constexpr double kLimitMs = 50;
  using QApplication::QApplication;

  struct SlowEvent {
    double wall_ms = 0;
    double cpu_ms = 0;  ///< of this thread: much less than the above on a busy machine
    QString what;       ///< receiver and kind of event
  };
  /// Called after the event; on the UI thread.
  std::function<void(const SlowEvent&)> on_slow;

  bool notify(QObject* receiver, QEvent* event) override;

  /// Whether a program should run under it.
  static bool wanted();
  /// A line on standard error.
  static void print(const SlowEvent& event);

 private:
  int depth_ = 0;  // events within events count for the outermost
};

}  // namespace karyo::gui
