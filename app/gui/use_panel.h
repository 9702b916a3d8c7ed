#pragma once

/// What models and masks are made for: applied to other images, measured, tracked, taken to other
/// programs. Each part says in words what it will do before it does it.

#include <QWidget>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace karyo::gui {

class ApplyForm;

/// Everything it does is a command of others.
class UsePanel : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  UsePanel(Workspace& workspace, const CommandTable& commands, Run run, QWidget* parent);

  /// The model that was trained last, on the folder that is open; `anew`: whatever stands there.
  void suggest(bool anew);

 private:
  void add_title(QVBoxLayout& column, const QString& text);
  QLabel* add_words(QVBoxLayout& column, const char* name);
  void add_command(QVBoxLayout& column, const char* id, const QString& text, bool primary = false);
  void refresh();

  Workspace& workspace_;
  const CommandTable& commands_;
  Run run_;
  ApplyForm* apply_;
  QLabel *measure_words_, *track_words_;
  std::vector<std::pair<std::string, QPushButton*>> buttons_;  // by the commands they run
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
