#pragma once

/// A trained model's help in annotating: which one, how sure it has to be, its objects shown and
/// kept, in a slice or stack or in a region of it.

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
class QVBoxLayout;

namespace karyo::gui {

class RegionAtHand;
class ValueSlider;

class ModelControls : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  ModelControls(Workspace& workspace, const CommandTable& commands, Run run, RegionAtHand& region,
                QWidget* parent);

  /// What it finds in the region at hand, on trial; where there is none, one is to be drawn first.
  void show_in_region();
  /// Shows what it finds on trial and goes through it one by one, or ends that.
  void one_by_one();

 private:
  void add_where(QVBoxLayout& column);
  void region_changed();
  void refresh();
  /// What the buttons are about; false where something is missing, which is said.
  bool find(ModelObjectsWanted& wanted);
  void show_objects();
  void keep();
  nlohmann::json arguments_of(const ModelObjectsWanted& wanted) const;

  Workspace& workspace_;
  Run run_;
  RegionAtHand& region_;
  QToolButton* head_;
  QWidget *body_, *in_use_;
  QLabel* about_;
  QPushButton *choose_, *walk_, *again_, *rest_, *doubtful_;
  QLabel* where_words_;
  QCheckBox *replace_, *in_region_, *sides_;
  ValueSlider *probability_, *overlap_;
  QTimer later_;
  std::filesystem::path shown_for_;  // the model that the sliders were set for
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
