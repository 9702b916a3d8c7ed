#include "app/gui/film_commands.h"

#include <QFileDialog>
#include <QObject>
#include <algorithm>
#include <string>
#include <utility>

#include "app/gui/main_window.h"
#include "app/gui/view_grid.h"

namespace karyo::gui {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

FilmOrder order_of(const json& arguments) {
  FilmOrder order;
  // Beyond int a number stays out of range, where the film refuses it.
  const auto whole = [&](const char* name, int standard) {
    return static_cast<int>(std::clamp(arguments.value(name, double(standard)), -1e9, 1e9));
  };
  order.folder = arguments["path"].get<std::string>();
  order.frames = whole("frames", order.frames);
  order.width = whole("width", 0);
  order.height = whole("height", 0);
  order.rate = arguments.value("rate", order.rate);
  return order;
}

}  // namespace

void add_film_commands(CommandTable& commands, MainWindow& window) {
  const auto has_depth = [&window] { return window.workspace().has_depth(); };
  Command film{"view.turntable",
               "",
               "",
               "",
               "Writes the pictures of a whole turn of the 3D view into a folder, and a film of "
               "them where ffmpeg is installed.",
               [&window](const json& arguments) {
                 return window.views().volume().make_film(order_of(arguments));
               },
               has_depth};
  film.arguments = {{"path", Kind::kText, "folder to write to", true},
                    {"frames", Kind::kNumber, "pictures of the turn; 72 when left out"},
                    {"width", Kind::kNumber, "pixels; the view's when left out"},
                    {"height", Kind::kNumber, "pixels; the view's when left out"},
                    {"rate", Kind::kNumber, "pictures a second; 24 when left out"}};
  commands.add(std::move(film));
  Command ask{"view.ask_turntable",
              "View",
              "3D: film of a turn…",
              "",
              "Makes a film of the stack turning once about itself: pictures in a folder, and an "
              "MP4 of them where ffmpeg is installed.",
              [&window](const json&) -> Result<void> {
                auto* dialog =
                    new QFileDialog(&window, QObject::tr("Folder for pictures and film"));
                dialog->setFileMode(QFileDialog::Directory);
                dialog->setOption(QFileDialog::ShowDirsOnly);
                dialog->setAttribute(Qt::WA_DeleteOnClose);
                QObject::connect(dialog, &QFileDialog::fileSelected, &window,
                                 [&window](const QString& name) {
                                   window.run("view.turntable", {{"path", name.toStdString()}});
                                 });
                dialog->open();
                return {};
              },
              [&window] {
                return window.workspace().has_depth() && !window.views().volume().film().running();
              }};
  ask.asks = true;
  commands.add(std::move(ask));
  commands.add({"view.stop_turntable", "View", "3D: stop the film", "",
                "Stops making the film; pictures that are written stay.",
                [&window](const json&) -> Result<void> {
                  window.views().volume().film().cancel();
                  return {};
                },
                [&window] { return window.views().volume().film().running(); }});
}

}  // namespace karyo::gui
