#include "app/gui/picture_commands.h"

#include <filesystem>
#include <functional>
#include <utility>

#include "app/commands.h"
#include "app/gui/figure.h"
#include "app/gui/figure_dialog.h"
#include "app/gui/main_window.h"
#include "app/gui/picture_file.h"
#include "app/gui/status_line.h"
#include "app/gui/view_grid.h"
#include "app/gui/window_dialogs.h"
#include "app/workspace.h"

namespace karyo::gui {
namespace {

/// In the background: packing a large picture takes seconds.
void save_picture(MainWindow& window, const std::string& path,
                  std::function<Result<void>()> write) {
  window.workspace().in_background(
      [&window, path, write = std::move(write)](TaskControl& control) -> Result<Workspace::Finish> {
        control.report(0, "Saving " + std::filesystem::path(path).filename().string());
        KARYO_CHECK_OK(write());
        return Workspace::Finish([&window, path] {
          window.status().say(QObject::tr("Saved %1").arg(QString::fromStdString(path)));
        });
      });
}

}  // namespace

void add_picture_commands(CommandTable& commands, MainWindow& window) {
  const auto something = [&window] { return !window.workspace().layers().empty(); };
  Command picture{"file.save_picture",
                  "File",
                  "Save picture…",
                  "Ctrl+Shift+S",
                  "Saves the views as they are on screen as a PNG file.",
                  does([&window] { ask_where_to_save(window); }),
                  something};
  picture.asks = true;
  commands.add(std::move(picture));
  Command export_figure{
      "file.export_figure",
      "File",
      "Export figure…",
      "Ctrl+Alt+E",
      "The views at any resolution, with scale bar: PNG, TIFF, SVG or PDF, or the clipboard.",
      does([&window] { (new FigureDialog(window))->open(); }),
      something};
  export_figure.asks = true;
  commands.add(std::move(export_figure));
  Command figure{"view.export_figure",
                 "",
                 "",
                 "",
                 "Writes the views as PNG, TIFF, SVG or PDF.",
                 [&window](const nlohmann::json& arguments) -> Result<void> {
                   if (window.workspace().layers().empty()) {
                     return Error(ErrorCode::kInvalidArgument, "there is nothing to be seen",
                                  "Open an image first.");
                   }
                   FigureChoice choice;
                   choice.scale = arguments.value("scale", choice.scale);
                   choice.views_alone = arguments.value("one_view", choice.views_alone);
                   choice.overlays.scale_bar = arguments.value("scale_bar", true);
                   choice.overlays.axes = arguments.value("axes", false);
                   choice.overlays.crosshair = arguments.value("crosshair", false);
                   const auto path = arguments["path"].get<std::string>();
                   Figure made = make_figure(window.views(), choice);
                   KARYO_CHECK_OK(check_figure(made, path));
                   save_picture(window, path, [made = std::move(made), path] {
                     return write_figure(made, path);
                   });
                   return {};
                 },
                 something};
  figure.arguments = {{"path", Argument::Kind::kText, ".png, .tif, .svg or .pdf", true},
                      {"scale", Argument::Kind::kNumber, "times the screen, 0.25 to 16; 1"},
                      {"one_view", Argument::Kind::kBool, "the view last under the pointer; false"},
                      {"scale_bar", Argument::Kind::kBool, "true"},
                      {"axes", Argument::Kind::kBool, "false"},
                      {"crosshair", Argument::Kind::kBool, "false"}};
  commands.add(std::move(figure));
  Command screenshot{"view.screenshot",
                     "",
                     "",
                     "",
                     "Saves the views as a PNG file.",
                     [&window](const nlohmann::json& arguments) -> Result<void> {
                       const auto path = arguments["path"].get<std::string>();
                       window.views().hurry();
                       save_picture(window, path,
                                    [picture = window.views().grab().toImage(), path] {
                                      return write_png(picture, path);
                                    });
                       return {};
                     },
                     something};
  screenshot.arguments = {{"path", Argument::Kind::kText, "PNG file to write", true}};
  commands.add(std::move(screenshot));
}

}  // namespace karyo::gui
