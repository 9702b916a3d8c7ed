#pragma once

/// What stands beside the picture while labels are made: the tool's settings, the guided steps,
/// objects, review, regions, history.

#include <QWidget>
#include <functional>
#include <memory>

#include "app/commands.h"
#include "app/workspace.h"

class QTabWidget;

namespace karyo::gui {

class RegionAtHand;

class AnnotatePanel : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  AnnotatePanel(Workspace& workspace, const CommandTable& commands, Run run,
                std::unique_ptr<RegionAtHand> region, QWidget* parent);
  ~AnnotatePanel() override;
  /// "steps", "objects", "review", "regions", "history", "layer".
  void show_tab(const QString& name);

 private:
  void add_tab(QWidget* page, const QString& title, const char* name, const QString& help);

  std::unique_ptr<RegionAtHand> region_;
  QTabWidget* tabs_;
};

}  // namespace karyo::gui
