#pragma once

/// First steps beside the picture: what to do next, in one sentence, until it is done.

#include <QDockWidget>
#include <QTimer>

#include "app/guide.h"

class QLabel;
class QPushButton;

namespace karyo {
class CommandTable;
}

namespace karyo::gui {

class MainWindow;

class GuidePanel : public QDockWidget {
 public:
  explicit GuidePanel(MainWindow& window);
  /// From the first step on, in the folder that is open.
  void begin();

 private:
  void look();
  void show_step();

  MainWindow& window_;
  GuideStep step_ = GuideStep::kDraw;
  QLabel *number_, *text_;
  QPushButton* show_me_;
  QTimer clock_;
};

/// help.guide: makes the folder of images where it is not there, opens it and begins.
void add_guide_command(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
