#pragma once

/// The list of layers, the topmost first, as they lie in the picture.

#include <QListWidget>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"

namespace karyo::gui {

/// A row: eye (click: show or hide), kind, name (double click: rename), opacity. Rows are dragged
/// to reorder; the buttons below do the same for the keyboard.
///
/// Above the layers of a group stands its heading: eye of all of them, arrow (click: fold), name
/// (double click: rename). A layer dropped between layers of a group, or right under its heading,
/// joins it; one dropped elsewhere leaves its own. A dragged heading takes its layers along. On a
/// heading the left and right arrow keys fold and unfold, Space shows and hides.
class LayerPanel : public QWidget {
 public:
  LayerPanel(Workspace& workspace, const CommandTable& commands, QWidget* parent = nullptr);

 private:
  class List;
  void connect_list();
  void connect_layers();
  void refill();
  void refill_soon();
  void describe_rows();
  void show_selection();
  /// A row was dragged, and lies here now.
  void drop(int row);
  void drop_layer(int row);
  void drop_heading(int row);
  void click_eye(int row);
  void rename(int row);
  void set_folded(int row, bool folded);
  /// -1: none, or a heading.
  int position_of_row(int row) const;
  /// Empty: none.
  std::string group_of_row(int row) const;
  bool is_heading(int row) const;
  bool folded(const std::string& group) const { return folded_.count(group) > 0; }
  /// Where a layer's row is, or the heading that it is folded under.
  int row_of(int position) const;
  void run(const char* command, const nlohmann::json& arguments);

  Workspace& workspace_;
  const CommandTable& commands_;
  List* list_;
  std::set<std::string> folded_;           // groups
  std::vector<std::string> shown_groups_;  // of the layers, from the bottom, as the rows say
  bool refilling_ = false;
  bool refill_asked_ = false;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
