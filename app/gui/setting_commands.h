#pragma once

/// Commands that change what the program remembers: theme, language, size of texts, keys.

#include "app/commands.h"

namespace karyo::gui {

class MainWindow;

/// `window` must outlive `commands`.
void add_setting_commands(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
