#pragma once

/// The window's commands, as menus, shortcuts and search offer them.

#include "app/commands.h"

namespace karyo::gui {

class MainWindow;

/// `window` must outlive `commands`.
void add_window_commands(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
