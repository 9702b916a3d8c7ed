#pragma once

/// The views as pictures in files: as they are on screen, and as figures for a paper.

namespace karyo {
class CommandTable;
}

namespace karyo::gui {

class MainWindow;

/// file.save_picture and file.export_figure ask first; view.screenshot and view.export_figure draw
/// what is seen now and write it in the background. Errors of writing come through
/// Workspace::failed.
void add_picture_commands(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
