#pragma once

/// The objects of the labels that are worked on, as a table: sorted, filtered, linked both ways
/// with the views.

#include <QTimer>
#include <QWidget>
#include <vector>

#include "app/commands.h"
#include "app/object_checks.h"
#include "app/workspace.h"

class QLabel;
class QLineEdit;
class QSortFilterProxyModel;
class QTableView;

namespace karyo::gui {

/// A click on a row selects the object and shows it; an object that is selected in a view is
/// selected here. Several rows can be merged, deleted or given a class at once. The filter takes
/// words of the class and the flags, and comparisons: "size<50", "circ<0.7", "mean>100".
class ObjectsPanel : public QWidget {
 public:
  ObjectsPanel(Workspace& workspace, const CommandTable& commands, QWidget* parent);
  ~ObjectsPanel() override;

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  class Model;
  class Filter;
  void build_table();
  void build_buttons();
  void refill();
  void select_row();
  void row_chosen();
  std::vector<double> chosen_ids() const;
  void run_on_chosen(const char* command, nlohmann::json arguments = nlohmann::json::object());

  Workspace& workspace_;
  const CommandTable& commands_;
  Model* model_;
  Filter* filter_;
  QLineEdit* filter_text_;
  QTableView* table_;
  QLabel* counts_;
  QTimer clock_;
  bool selecting_ = false;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
