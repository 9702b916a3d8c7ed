#pragma once

/// The settings of a command, made from its arguments, with a preview of what it will do to the plane
/// on screen.

#include <QDialog>
#include <QPointer>
#include <QTimer>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/filters.h"
#include "app/gui/view_grid.h"
#include "app/workspace.h"

class QCheckBox;
class QLabel;
class QFormLayout;

namespace karyo::gui {

class MainWindow;

/// Not modal: the picture can be moved and planes scrolled while it is open.
class FilterDialog : public QDialog {
 public:
  FilterDialog(MainWindow& window, const Filter& filter);
  ~FilterDialog() override;

  nlohmann::json arguments() const;

 private:
  void add_field(QFormLayout& form, const Argument& argument);
  void settings_changed();
  void start_preview();
  void show_preview();
  void drop_preview();
  void run();

  MainWindow& window_;
  QPointer<ViewGrid> views_;
  Workspace& workspace_;
  const Filter& filter_;
  std::weak_ptr<Layer> source_;
  struct Field {
    std::string name;
    std::function<nlohmann::json()> value;
  };
  std::vector<Field> fields_;
  QCheckBox* preview_ = nullptr;
  QLabel* message_ = nullptr;
  QTimer soon_, watch_;
  /// Filled by the task.
  struct Outcome {
    std::optional<Volume> plane;
    std::optional<Error> error;
  };
  std::shared_ptr<Outcome> outcome_;
  std::unique_ptr<Task> task_;
  bool stale_ = false;  // the settings changed while the task ran
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
