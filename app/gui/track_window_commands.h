#pragma once

/// Tracks in the window: the panel, the tool, and the dialogs for their files.

#include "app/commands.h"

namespace karyo::gui {

class MainWindow;

/// `window` must outlive `commands`. Gives the window its track desk.
void add_track_window_commands(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
