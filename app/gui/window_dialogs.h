#pragma once

/// The window's file dialogs. None blocks: what is chosen is handed on when it is.

#include <QString>
#include <filesystem>
#include <functional>
#include <string>

#include "app/commands.h"
#include "app/open_layer.h"

namespace karyo::gui {

class MainWindow;

/// Then opens them.
void ask_for_files(MainWindow& window, OpenAs as);
/// An OME-Zarr folder, or one of images that are one; then opens it.
void ask_for_folder(MainWindow& window);
/// The same without asking which; a folder of images asks what its numbers mean.
void open_folder(MainWindow& window, const std::string& path);
/// Then saves the views as PNG.
void ask_where_to_save(MainWindow& window);
/// Where to save, or what to open; `chosen` gets the path.
void ask_for_file(MainWindow& window, const QString& title, const QString& filter,
                  const QString& suffix, bool save, std::function<void(const std::string&)> chosen);

/// What a plot is saved by: OF.save_plot with a path, and OF.ask_save_plot, which asks for one.
struct PlotSaving {
  std::string of;
  const char *help, *asking_help;
  std::function<Result<void>(const std::filesystem::path&)> save;
  std::function<bool()> enabled;
};
void add_plot_commands(CommandTable& commands, MainWindow& window, const PlotSaving& plot);

}  // namespace karyo::gui
