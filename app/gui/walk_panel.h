#pragma once

/// Under the picture while a model's suggestions are gone through one by one: which one, how sure
/// the model is of it, and what to do with it, by keys or buttons.

#include <QFrame>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/trial_object.h"
#include "app/workspace.h"

class QLabel;
class QPushButton;

namespace karyo::gui {

class ViewGrid;

class WalkPanel : public QFrame {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  /// `views` are moved so that the suggestion at hand is seen, and get the keyboard.
  WalkPanel(Workspace& workspace, const CommandTable& commands, Run run, ViewGrid& views,
            QWidget* parent);

 private:
  void refresh();
  void bring_into_view(const TrialObject& object);

  Workspace& workspace_;
  const CommandTable& commands_;
  ViewGrid& views_;
  QLabel *which_, *how_;
  std::vector<std::pair<std::string, QPushButton*>> buttons_;
  std::optional<Index3> seen_;  // the centre that was brought into view last
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
