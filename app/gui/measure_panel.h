#pragma once

/// What is measured now, its profile, and the table of what was measured; beside the tool.

#include <QWidget>
#include <functional>
#include <vector>

#include "app/commands.h"
#include "app/gui/measure_tool.h"
#include "app/workspace.h"

class QLabel;
class QPushButton;
class QTableWidget;

namespace karyo::gui {

class ProfilePlot;

class MeasurePanel : public QWidget {
 public:
  MeasurePanel(Workspace& workspace, const CommandTable& commands, MeasureTool& tool,
               QWidget* parent);

  /// The image that is measured: the selected one, else the topmost visible.
  ImageLayer* image() const;

 private:
  void refresh();
  void refresh_table();

  Workspace& workspace_;
  const CommandTable& commands_;
  MeasureTool& tool_;
  QLabel* hint_;
  QLabel* values_;
  ProfilePlot* plot_;
  QTableWidget* table_;
  QPushButton *add_, *save_profile_, *save_table_;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
