#pragma once

/// A trained model's help in annotating: which one, how sure it has to be, its objects shown and
/// kept.

#include <QTimer>
#include <QWidget>
#include <functional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/model_objects.h"

class QCheckBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace karyo::gui {

class ValueSlider;

class ModelControls : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  ModelControls(Workspace& workspace, const CommandTable& commands, Run run, QWidget* parent);

 private:
  void refresh();
  /// What the buttons are about; false where something is missing, which is said.
  bool find(ModelObjectsWanted& wanted);
  void show_objects();
  void keep();

  Workspace& workspace_;
  Run run_;
  QToolButton* head_;
  QWidget *body_, *in_use_;
  QLabel* about_;
  QPushButton *choose_, *rest_, *doubtful_;
  QCheckBox *replace_, *sides_;
  ValueSlider *probability_, *overlap_;
  QTimer later_;
  std::filesystem::path shown_for_;  // the model that the sliders were set for
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
