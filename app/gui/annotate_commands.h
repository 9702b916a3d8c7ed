#pragma once

/// Commands of the modes, of folders that are annotated and of the list of regions, as far as they
/// need the window.

#include "app/commands.h"

namespace karyo::gui {

class MainWindow;

/// `window` must outlive `commands`.
void add_dataset_dialog(CommandTable& commands, MainWindow& window);
void add_annotate_commands(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
