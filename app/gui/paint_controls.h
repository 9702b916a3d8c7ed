#pragma once

/// What the brush and filling are set to. There while a tool that paints is chosen.

#include <QWidget>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"

class QCheckBox;
class QLabel;

namespace karyo::gui {

class ValueSlider;

class PaintControls : public QWidget {
 public:
  PaintControls(Workspace& workspace, const CommandTable& commands, QWidget* parent = nullptr);

 private:
  QCheckBox* add_switch(const char* command);
  void show_settings();

  Workspace& workspace_;
  const CommandTable& commands_;
  ValueSlider* size_;
  QLabel* object_;
  ValueSlider* tolerance_;
  std::vector<std::pair<std::string, QCheckBox*>> switches_;  // by command
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
