#include "app/gui/track_window_commands.h"

#include <QFileDialog>
#include <QObject>
#include <utility>

#include "app/gui/main_window.h"
#include "app/gui/track_dialog.h"
#include "app/gui/track_panel.h"
#include "app/gui/window_dialogs.h"
#include "app/track_desk.h"

namespace karyo::gui {
namespace {

using nlohmann::json;

void ask_for_folder_to_write(MainWindow& window, const QString& title, const char* command) {
  auto* dialog = new QFileDialog(&window, title);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setFileMode(QFileDialog::Directory);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(dialog, &QFileDialog::fileSelected, &window,
                   [&window, command](const QString& name) {
                     window.run(command, {{"folder", name.toStdString()}});
                   });
  dialog->open();
}

void add_panel_and_tool(CommandTable& commands, MainWindow& window) {
  commands.add({"view.tracks", "View", "Tracks panel", "Ctrl+T",
                "Shows the tree of tracks, doubtful links, tables and plots under the picture.",
                [&window](const json&) -> Result<void> {
                  window.show_tracks(!window.tracks_shown());
                  return {};
                },
                [&window] { return !window.workspace().layers().empty(); },
                [&window] { return window.tracks_shown(); }});
  commands.add({"tool.track", "Tracks", "Correct tracks", "Ctrl+Shift+T",
                "A click selects a cell; with Shift it links the selected cell to it, with Ctrl it "
                "makes it the second daughter.",
                [&window](const json&) -> Result<void> {
                  window.set_tracking(true);
                  return {};
                },
                [&window] { return window.track_desk().layer() != nullptr; },
                [&window] { return window.tracking(); }});
}

void add_dialogs(CommandTable& commands, MainWindow& window) {
  const auto asks = [&](const char* id, const char* title, const char* help,
                        std::function<void()> body, std::function<bool()> enabled) {
    Command command{id, "Tracks", title, "", help, does(std::move(body)), std::move(enabled)};
    command.asks = true;
    commands.add(std::move(command));
  };
  const auto tracks = [&window] { return window.track_desk().layer() != nullptr; };
  asks(
      "tracks.ask_track", "Track cells…",
      "Links the objects of a movie of labels through time, divisions included.",
      [&window] {
        const LabelsLayer* labels = labels_to_track(window.workspace());
        if (labels != nullptr) (new TrackDialog(window, *labels))->show();
      },
      [&window] { return labels_to_track(window.workspace()) != nullptr; });
  asks(
      "tracks.ask_open_ctc", "Open a tracking result…",
      "Opens labels and tracks of the Cell Tracking Challenge: res_track.txt or man_track.txt with "
      "its label frames.",
      [&window] {
        ask_for_file(window, QObject::tr("Open a tracking result"),
                     QObject::tr("Tracks of the Cell Tracking Challenge (*_track.txt)"), {}, false,
                     [&window](const std::string& path) {
                       window.run("tracks.open_ctc", {{"path", path}});
                     });
      },
      [] { return true; });
  asks(
      "tracks.ask_export_ctc", "Save for the Cell Tracking Challenge…",
      "Writes label frames by track and res_track.txt into a folder.",
      [&window] {
        ask_for_folder_to_write(window, QObject::tr("Folder for labels and tracks"),
                                "tracks.export_ctc");
      },
      [&window, tracks] { return tracks() && labels_to_track(window.workspace()) != nullptr; });
  asks(
      "tracks.ask_export_trackmate", "Save for TrackMate…",
      "Writes tracks as an XML file that Fiji's TrackMate opens.",
      [&window] {
        ask_for_file(window, QObject::tr("Save for TrackMate"),
                     QObject::tr("TrackMate files (*.xml)"), QStringLiteral("xml"), true,
                     [&window](const std::string& path) {
                       window.run("tracks.export_trackmate", {{"path", path}});
                     });
      },
      tracks);
  asks(
      "tracks.ask_export_measures", "Save table of tracks…",
      "Speed, displacement, directionality and division time of each track as CSV, and their mean "
      "squared displacement beside it.",
      [&window] {
        ask_for_file(window, QObject::tr("Save table of tracks"), QObject::tr("Tables (*.csv)"),
                     QStringLiteral("csv"), true, [&window](const std::string& path) {
                       window.run("tracks.export_measures", {{"path", path}});
                     });
      },
      tracks);
  add_plot_commands(commands, window,
                    {"tracks", "Writes the plot of tracks as PNG, SVG or PDF.",
                     "Asks where to save the plot of tracks.",
                     [&window](const std::filesystem::path& path) {
                       return window.track_panel().save_plot(path);
                     },
                     tracks});
}

}  // namespace

void add_track_window_commands(CommandTable& commands, MainWindow& window) {
  add_dialogs(commands, window);
  window.set_track_desk(add_track_commands(commands, window.workspace()));
  add_panel_and_tool(commands, window);
}

}  // namespace karyo::gui
