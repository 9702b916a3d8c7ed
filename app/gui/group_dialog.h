#pragma once

/// "Group…": asks for the name of a group and puts the selected layer into it.

#include "app/commands.h"

namespace karyo::gui {

class MainWindow;

/// The command that opens the dialog. `window` must outlive the table.
void add_group_dialog(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
