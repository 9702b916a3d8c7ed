#include "app/gui/window_dialogs.h"

#include <QFileDialog>
#include <utility>

#include "app/gui/error_panel.h"
#include "app/gui/main_window.h"
#include "app/gui/sequence_dialog.h"
#include "app/gui/status_line.h"
#include "app/gui/view_grid.h"
#include "core/io/image_names.h"
#include "core/io/zarr_source.h"

namespace karyo::gui {

void ask_for_files(MainWindow& window, OpenAs as) {
  auto* dialog = new QFileDialog(&window, QObject::tr("Open images"));
  dialog->setFileMode(QFileDialog::ExistingFiles);
  QString patterns;
  for (const auto ending : image_endings()) {
    patterns += QStringLiteral("*%1 ").arg(QString::fromUtf8(ending.data()));
  }
  dialog->setNameFilters(
      {QObject::tr("Images (%1)").arg(patterns.trimmed()),
       QObject::tr("Points, tracks, regions, surfaces (*.csv *.tsv *.roi *.zip *.stl *.ply *.obj)"),
       QObject::tr("All files (*)")});
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(
      dialog, &QFileDialog::filesSelected, &window, [&window, as](const QStringList& names) {
        std::vector<std::filesystem::path> files;
        for (const auto& name : names) files.emplace_back(name.toStdString());
        nlohmann::json list = nlohmann::json::array();
        for (const auto& file : files) list.push_back(file.string());
        window.run("file.open_files",
                   {{"files", list}, {"as", as == OpenAs::kLabels ? "labels" : "guess"}});
      });
  dialog->open();
}

void ask_where_to_save(MainWindow& window) {
  auto* dialog = new QFileDialog(&window, QObject::tr("Save the views as a picture"));
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setNameFilter(QObject::tr("PNG picture (*.png)"));
  dialog->setDefaultSuffix(QStringLiteral("png"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(dialog, &QFileDialog::fileSelected, &window, [&window](const QString& name) {
    window.run("view.screenshot", {{"path", name.toStdString()}});
  });
  dialog->open();
}

void ask_for_file(MainWindow& window, const QString& title, const QString& filter,
                  const QString& suffix, bool save,
                  std::function<void(const std::string&)> chosen) {
  auto* dialog = new QFileDialog(&window, title);
  dialog->setAcceptMode(save ? QFileDialog::AcceptSave : QFileDialog::AcceptOpen);
  dialog->setFileMode(save ? QFileDialog::AnyFile : QFileDialog::ExistingFile);
  dialog->setNameFilter(filter);
  if (save) dialog->setDefaultSuffix(suffix);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(
      dialog, &QFileDialog::fileSelected, &window,
      [chosen = std::move(chosen)](const QString& name) { chosen(name.toStdString()); });
  dialog->open();
}

void ask_for_folder(MainWindow& window) {
  auto* dialog = new QFileDialog(&window, QObject::tr("Open a folder"));
  dialog->setFileMode(QFileDialog::Directory);
  dialog->setOption(QFileDialog::ShowDirsOnly);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(dialog, &QFileDialog::fileSelected, &window,
                   [&window](const QString& name) { open_folder(window, name.toStdString()); });
  dialog->open();
}

void open_folder(MainWindow& window, const std::string& path) {
  if (io::is_zarr(path)) {
    window.run("file.open_files", {{"files", nlohmann::json::array({path})}});
    return;
  }
  auto plan = io::plan_sequence(path);
  if (!plan) {
    window.errors().show_error(plan.error());
    return;
  }
  (new SequenceDialog(window, *std::move(plan)))->show();
}

void add_plot_commands(CommandTable& commands, MainWindow& window, const PlotSaving& plot) {
  const std::string saving = plot.of + ".save_plot";
  Command save{saving,
               "",
               "",
               "",
               plot.help,
               [save = plot.save](const nlohmann::json& given) {
                 return save(given["path"].get<std::string>());
               },
               plot.enabled};
  save.arguments = {{"path", Argument::Kind::kText, ".png, .svg or .pdf", true}};
  commands.add(std::move(save));
  Command ask{plot.of + ".ask_save_plot",
              "",
              "",
              "",
              plot.asking_help,
              does([&window, saving] {
                ask_for_file(window, QObject::tr("Save the plot"),
                             QObject::tr("Plots (*.png *.svg *.pdf)"), QStringLiteral("png"), true,
                             [&window, saving](const std::string& path) {
                               window.run(saving, {{"path", path}});
                             });
              }),
              plot.enabled};
  ask.asks = true;
  commands.add(std::move(ask));
}

}  // namespace karyo::gui
