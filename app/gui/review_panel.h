#pragma once

/// Objects that may have something wrong, the most urgent first, with what to do about each.

#include <QTimer>
#include <QWidget>
#include <functional>
#include <vector>

#include "app/commands.h"
#include "app/object_checks.h"
#include "app/workspace.h"

class QLabel;
class QTreeWidget;

namespace karyo::gui {

class ReviewPanel : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  ReviewPanel(Workspace& workspace, const CommandTable& commands, Run run, QWidget* parent);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void refill();

  Workspace& workspace_;
  Run run_;
  QLabel* counts_;
  QTreeWidget* list_;
  QTimer clock_;
  bool filling_ = false;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
