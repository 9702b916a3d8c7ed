#pragma once

/// The list of regions, with what ImageJ's ROI Manager does.

#include <QWidget>
#include <functional>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"
#include "core/layers/vector_layers.h"

class QCheckBox;
class QLabel;
class QTreeWidget;
class QTreeWidgetItem;

namespace karyo::gui {

class RoiPanel : public QWidget {
 public:
  /// `run` starts a command and shows its error.
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  RoiPanel(Workspace& workspace, Run run, QWidget* parent);

 private:
  void build_list();
  void build_buttons();
  void refill();
  void show_rows_of(const std::shared_ptr<const ShapeList>& data);
  void add_rows();
  void show_more();
  std::vector<double> chosen() const;
  void run_on_chosen(const char* command, nlohmann::json arguments = nlohmann::json::object());

  Workspace& workspace_;
  Run run_;
  QTreeWidget* list_;
  QLabel* hint_;
  QCheckBox *all_, *labels_;
  std::shared_ptr<const ShapeList> shown_;  // of the rows, of which the last may be still to come
  bool filling_ = false;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
