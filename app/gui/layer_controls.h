#pragma once

/// Settings of the selected layer, made anew for each kind of layer.

#include <QTimer>
#include <QWidget>
#include <functional>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"
#include "viewer/scene/scene_request.h"

class QVBoxLayout;

namespace karyo::gui {

class LayerControls : public QWidget {
 public:
  LayerControls(Workspace& workspace, const CommandTable& commands, QWidget* parent = nullptr);

 private:
  void show_selected();

  Workspace& workspace_;
  const CommandTable& commands_;
  QVBoxLayout* column_;
  QWidget* current_ = nullptr;
  QTimer due_;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
