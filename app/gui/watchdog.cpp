#include "app/gui/watchdog.h"

#include <QEvent>
#include <QMetaEnum>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace karyo::gui {

double thread_work_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

bool WatchedApplication::notify(QObject* receiver, QEvent* event) {
  if (depth_ > 0 || !on_slow) return QApplication::notify(receiver, event);
  // Both may be gone afterwards.
  const QString name = QString::fromLatin1(receiver->metaObject()->className()) + QLatin1Char(' ') +
                       receiver->objectName();
  const QString kind = QString::fromLatin1(
      QMetaEnum::fromType<QEvent::Type>().valueToKey(static_cast<int>(event->type())));
  ++depth_;
  const double cpu = thread_work_ms();
  const auto start = std::chrono::steady_clock::now();
  const bool handled = QApplication::notify(receiver, event);
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  --depth_;
  if (wall.count() > kLimitMs) {
    on_slow({wall.count(), thread_work_ms() - cpu, name.trimmed() + QStringLiteral(": ") + kind});
  }
  return handled;
}

bool WatchedApplication::wanted() {
#ifdef NDEBUG
  const char* asked = std::getenv("KARYOSCOPE_WATCHDOG");
  return asked != nullptr && *asked == '1';
#else
  return true;
#endif
}

void WatchedApplication::print(const SlowEvent& event) {
  std::fprintf(stderr, "the window stood still for %.0f ms (%.0f ms of work): %s\n", event.wall_ms,
               event.cpu_ms, event.what.toLocal8Bit().constData());
}

}  // namespace karyo::gui
