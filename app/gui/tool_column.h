#pragma once

/// The tools of the plane views, left of the picture: one is chosen.

#include <QWidget>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/gui/line_icon.h"

class QToolButton;

namespace karyo::gui {

class ToolColumn : public QWidget {
 public:
  struct Entry {
    std::string command;  ///< checkable
    LineIcon icon;
    bool apart = false;  ///< a gap above it
  };
  /// `run` starts a command.
  ToolColumn(const CommandTable& commands, std::vector<Entry> entries,
             std::function<void(const Command&)> run, QWidget* parent);
  /// Asks which tool is chosen, and for the keys in the tooltips.
  void refresh();

 private:
  const CommandTable& commands_;
  std::vector<Entry> entries_;
  std::vector<QToolButton*> buttons_;
};

}  // namespace karyo::gui
