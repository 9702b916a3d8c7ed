#pragma once

/// The list of layers, the topmost first, as they lie in the picture.

#include <QListWidget>
#include <functional>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"

namespace karyo::gui {

/// A row: eye (click: show or hide), kind, name (double click: rename), opacity. Rows are dragged
/// to reorder; the buttons below do the same for the keyboard.
class LayerPanel : public QWidget {
 public:
  LayerPanel(Workspace& workspace, const CommandTable& commands, QWidget* parent = nullptr);

 private:
  class List;
  void refill();
  void show_selection();
  void reorder();
  int position_of_row(int row) const;

  Workspace& workspace_;
  const CommandTable& commands_;
  List* list_;
  bool refilling_ = false;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
