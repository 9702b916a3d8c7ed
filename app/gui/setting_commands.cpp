#include "app/gui/setting_commands.h"

#include <string>

#include "app/gui/main_window.h"

namespace karyo::gui {

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
