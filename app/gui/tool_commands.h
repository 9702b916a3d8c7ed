#pragma once

/// Commands of the tools and of what is measured with them.

#include "app/commands.h"

namespace karyo::gui {

class MainWindow;

/// `window` must outlive `commands`.
/// Brush, eraser and their kin.
void add_paint_tools(CommandTable& commands, MainWindow& window);
void add_tool_commands(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
