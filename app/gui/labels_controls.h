#pragma once

/// Settings of a labels layer: opacity, filled or outlined, the selected object.

#include <QWidget>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QSpinBox;

namespace karyo::gui {

class ValueSlider;

class LabelsControls : public QWidget {
 public:
  /// `layer` is one of the workspace's and may go before the controls do.
  LabelsControls(LabelsLayer& layer, Workspace& workspace, const CommandTable& commands,
                 QWidget* parent);

 private:
  void show_settings();
  LabelsLayer* layer() const;
  void add_object_row(QGridLayout& form);
  void choose_color();

  void set(const char* what, const nlohmann::json& value);

  Workspace& workspace_;
  const CommandTable& commands_;
  std::weak_ptr<Layer> layer_;
  bool updating_ = false;
  ValueSlider* opacity_;
  QComboBox* style_;
  ValueSlider* width_;
  QCheckBox* selected_only_;
  QSpinBox* selected_;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
