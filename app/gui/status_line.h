#pragma once

/// One line at the bottom: what is under the pointer, the scale, the work going on, the device.

#include <QWidget>
#include <functional>
#include <optional>
#include <vector>

#include "app/workspace.h"

class QLabel;
class QProgressBar;
class QToolButton;

namespace karyo::gui {

class StatusLine : public QWidget {
 public:
  explicit StatusLine(Workspace& workspace, QWidget* parent = nullptr);

  /// What else is to be said of a place; empty: nothing. May be null.
  std::function<QString(const WorldPoint&)> remark;

  /// Nothing: the crosshair's place is shown.
  void show_place(const std::optional<WorldPoint>& place);
  /// Says quietly what was done, for some seconds.
  void say(const QString& text);
  void update_work();
  /// That a macro is being recorded, and how many steps it has.
  void show_recording(bool recording, int steps);

 private:
  QString place_text(const Probe& probe) const;
  void update_scale();

  Workspace& workspace_;
  QLabel* place_;
  QLabel* scale_;
  QLabel* work_;
  QProgressBar* progress_;
  QToolButton* cancel_;
  QLabel* recording_;
  QLabel* device_;
  std::optional<WorldPoint> shown_;
  std::vector<Connection> connections_;
};

/// "CPU, 8 cores" or the NVIDIA GPU's name; the tooltip says what it is for.
QString device_text();

}  // namespace karyo::gui
