#include "app/gui/setting_commands.h"

#include <string>

#include "app/gui/main_window.h"
#include "app/gui/preferences.h"
#include "app/training_run.h"
#include "app/worker/far_session.h"

namespace karyo::gui {
namespace {

using Kind = Argument::Kind;

void add_compute_commands(CommandTable& commands, MainWindow& window) {
  Command preferences{"edit.preferences",
                      "Edit",
                      "Preferences…",
                      "",
                      "Where models learn: on this computer, or on another one by ssh.",
                      does([&window] { (new Preferences(window))->show(); })};
  preferences.asks = true;
  commands.add(std::move(preferences));
  Command use{"compute.use",
              "",
              "",
              "",
              "Has trainings run on another computer; without a host on this one.",
              [&window](const nlohmann::json& arguments) -> Result<void> {
                const worker::FarPlace usual;
                const worker::FarPlace place{arguments.value("host", ""),
                                             arguments.value("command", usual.command),
                                             arguments.value("ssh", usual.ssh)};
                if (!place.here()) KARYO_CHECK_OK(worker::far_command_line(place));
                window.set_compute(place);
                return {};
              }};
  use.arguments = {{"host", Kind::kText, "as ssh takes it"},
                   {"command", Kind::kText, "that starts karyoscope-worker there"},
                   {"ssh", Kind::kText, "the program that reaches it, with its options"}};
  commands.add(std::move(use));
  commands.add(
      {"compute.test", "", "", "", "Reaches the other computer and says what it has.",
       does([&window] {
         window.workspace().in_background([&window, place = window.settings().compute](
                                              TaskControl& control) -> Result<Workspace::Finish> {
           KARYO_TRY(const auto greeting, worker::test_far_place(place, control));
           return Workspace::Finish([&window, greeting, place] {
             window.workspace().done.emit(place.host + " computes: " + greeting.device);
           });
         });
       }),
       [&window] { return !window.settings().compute.here(); }});
}

}  // namespace

void add_setting_commands(CommandTable& commands, MainWindow& window) {
  const auto theme = [&](const char* name, const char* title) {
    commands.add({std::string("view.theme_") + name, "View", title, "",
                  "Colours of the window; pictures stay on black.",
                  does([&window, name] { window.set_theme(name); }), [] { return true; },
                  [&window, name] { return window.settings().theme == name; }});
  };
  theme("system", "Theme: as the desktop");
  theme("dark", "Theme: dark");
  theme("light", "Theme: light");
  theme("high_contrast", "Theme: high contrast");
  const auto language = [&](const char* name, const char* title) {
    commands.add(
        {std::string("view.language_") + name, "View", title, "",
         "Language of the window, from the next start on. Files and macros stay as they are.",
         does([&window, name] { window.set_language(name); }), [] { return true; },
         [&window, name] { return window.settings().language == name; }});
  };
  language("system", "Language: as the desktop");
  language("en", "Language: English");
  language("fi", "Language: suomi");
  for (const int percent : {80, 100, 125, 150, 200}) {
    commands.add({"view.text_size_" + std::to_string(percent), "View",
                  "Text size: " + std::to_string(percent) + " %", "",
                  "Size of texts and controls beside the desktop's own, from the next start on.",
                  does([&window, percent] { window.set_text_size(percent); }), [] { return true; },
                  [&window, percent] { return window.settings().text_size == percent; }});
  }
  add_compute_commands(commands, window);
  Command keys{"edit.keys",
               "Edit",
               "Keys…",
               "",
               "Shows and changes the keys of all commands; presets of napari and Fiji.",
               does([&window] { window.edit_keys(); })};
  keys.asks = true;
  commands.add(std::move(keys));
}

}  // namespace karyo::gui
