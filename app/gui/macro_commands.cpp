#include "app/gui/macro_commands.h"

#include "app/gui/main_window.h"
#include "app/gui/window_dialogs.h"

namespace karyo::gui {

void add_macro_commands(CommandTable& commands, MainWindow& window) {
  commands.add({"macro.record", "Macro", "Record", "",
                "Writes down what is done from now on, to do it again with other images.",
                does([&window] {
                  auto& recorder = window.recorder();
                  recorder.recording() ? recorder.stop() : recorder.start();
                }),
                [] { return true; }, [&window] { return window.recorder().recording(); }});
  commands.add({"macro.save", "Macro", "Save macro…", "",
                "Saves what was recorded; `karyoscope run FILE` does it without a window.",
                does([&window] {
                  ask_for_file(window, QObject::tr("Save the macro"),
                               QObject::tr("Macros (*.json)"), QStringLiteral("json"), true,
                               [&window](const std::string& path) { window.save_macro(path); });
                }),
                [&window] { return !window.recorder().steps().empty(); }});
  commands.add(
      {"macro.run", "Macro", "Run macro…", "", "Does what a macro file says.", does([&window] {
         ask_for_file(window, QObject::tr("Run a macro"), QObject::tr("Macros (*.json)"), {}, false,
                      [&window](const std::string& path) { window.run_macro(path); });
       })});
}

}  // namespace karyo::gui
