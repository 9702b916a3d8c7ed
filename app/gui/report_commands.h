#pragma once

/// A report on the model that is judged, by one button.

namespace karyo {
class CommandTable;
}

namespace karyo::gui {

class MainWindow;

/// report.make (the work, in the background) and report.ask_make (asks for the file first).
void add_report_commands(CommandTable& commands, MainWindow& window);

}  // namespace karyo::gui
