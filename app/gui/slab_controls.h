#pragma once

/// Thick slices: how many planes are shown as one, and what of them. There while a stack is open.

#include <QWidget>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"

class QComboBox;

namespace karyo::gui {

class ValueSlider;

class SlabControls : public QWidget {
 public:
  SlabControls(Workspace& workspace, const CommandTable& commands, QWidget* parent = nullptr);

 private:
  void make_slider();
  void show_settings();
  void run();

  Workspace& workspace_;
  const CommandTable& commands_;
  double depth_ = -1;  // that the slider was made for
  QWidget* row_ = nullptr;
  ValueSlider* thickness_ = nullptr;
  QComboBox* projection_ = nullptr;
  bool updating_ = false;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
