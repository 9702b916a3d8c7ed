#pragma once

/// Commands that make films of the 3D view (app/gui/turn_film.h).

#include "app/commands.h"

namespace karyo::gui {

class MainWindow;

/// `window` must outlive `commands`.
void add_film_commands(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
