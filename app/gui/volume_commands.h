#pragma once

/// Commands of the 3D view: how it shows things, what it cuts away, where it is seen from, films.

#include "app/commands.h"

namespace karyo::gui {

class MainWindow;

/// `window` must outlive `commands`.
void add_volume_commands(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
