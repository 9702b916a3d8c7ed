#pragma once

/// Commands of the macro recorder.

#include "app/commands.h"

namespace karyo::gui {

class MainWindow;

/// `window` must outlive `commands`.
void add_macro_commands(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
