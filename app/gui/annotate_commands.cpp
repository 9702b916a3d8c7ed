#include "app/gui/annotate_commands.h"

#include <QFileDialog>
#include <QInputDialog>
#include <QPushButton>

#include "app/dataset_session.h"
#include "app/gui/compare_dialog.h"
#include "app/gui/main_window.h"
#include "app/gui/measure_panel.h"
#include "app/gui/measure_tool.h"
#include "app/gui/model_controls.h"
#include "app/gui/thresholds_dialog.h"
#include "app/gui/window_dialogs.h"
#include "app/roi_list.h"
#include "app/training_run.h"

namespace karyo::gui {
namespace {

using Arguments = nlohmann::json;

/// What is drawn with a tool of the Measure menu, as a region of the list.
Result<void> add_drawn_region(MainWindow& window) {
  const MeasureShape& shape = *window.measure_tool().shape();
  Workspace& workspace = window.workspace();
  if (shape.plane != Plane::kXY) {
    return Error(ErrorCode::kInvalidArgument, "regions of ImageJ lie in the XY view",
                 "Draw it there.");
  }
  const ShapesLayer& layer = made_roi_layer(workspace);
  const VoxelGrid grid = workspace.layers().grid_of(layer);
  std::vector<double> points;
  for (const WorldPoint& p : shape.points) {
    points.push_back(voxels_along(p.y, grid, Axis::kY));
    points.push_back(voxels_along(p.x, grid, Axis::kX));
  }
  const char* type = "polygon";
  if (shape.kind == MeasureKind::kLine) type = "line";
  if (shape.kind == MeasureKind::kRectangle) type = "rectangle";
  if (shape.kind == MeasureKind::kAngle) type = "polyline";
  Arguments arguments{
      {"layer", layer.name()}, {"type", type}, {"points", points}, {"select", true}};
  if (workspace.has_depth()) {
    arguments["slice"] = voxel_at(workspace.view().cursor(), grid).z;
  }
  return window.commands().run("shapes.add", arguments);
}

/// ImageJ's "t": the drawn region, else the selected object.
Result<void> add_region(MainWindow& window) {
  if (window.measuring() && window.measure_tool().complete()) return add_drawn_region(window);
  return window.commands().run("rois.add_object");
}

/// Areas of the list as rows of the table of measurements.
Result<void> measure_regions(MainWindow& window, const Arguments& arguments) {
  Workspace& workspace = window.workspace();
  const ShapesLayer* layer = roi_layer(workspace);
  const ImageLayer* image = window.measure_panel().image();
  if (layer == nullptr || image == nullptr) {
    return Error(ErrorCode::kNotFound, "there is no image or no region to measure",
                 "Open an image and choose regions of the list.");
  }
  const VoxelGrid grid = workspace.layers().grid_of(*layer);
  for (const Arguments& number : arguments["numbers"]) {
    const auto at = static_cast<std::size_t>(number.get<double>()) - 1;
    if (at >= layer->count()) continue;
    const Roi& roi = (*layer->look().data)[at];
    const auto paths = roi_paths(roi);
    if (paths.empty()) continue;
    const auto z = static_cast<double>(
        slice_of(roi) >= 0 ? slice_of(roi) : voxel_at(workspace.view().cursor(), grid).z);
    std::vector<double> points;
    for (const PointF& p : paths.front()) {
      const WorldPoint place = world_place({z + 0.5, p.y, p.x}, grid);
      points.insert(points.end(), {place.z, place.y, place.x});
    }
    KARYO_CHECK_OK(window.commands().run(
        "measure.add",
        {{"layer", image->name()}, {"kind", "area"}, {"plane", "xy"}, {"points", points}}));
  }
  return {};
}

/// Names of the classes, one after the other.
void ask_for_classes(MainWindow& window) {
  const auto* labels = dynamic_cast<const LabelsLayer*>(window.workspace().layers().selected());
  if (labels == nullptr) return;
  QStringList names;
  for (const ObjectClass& one : labels->notes()->classes) names << QString::fromStdString(one.name);
  auto* dialog = new QInputDialog(&window);
  dialog->setObjectName(QStringLiteral("classes_dialog"));
  dialog->setWindowTitle(QObject::tr("Classes"));
  dialog->setLabelText(
      QObject::tr("Classes of objects, with commas between them; Alt+1 … 9 choose "
                  "them in this order:"));
  dialog->setTextValue(names.join(QStringLiteral(", ")));
  for (auto* button : dialog->findChildren<QPushButton*>()) button->setIcon({});  // as elsewhere
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(dialog, &QInputDialog::textValueSelected, &window,
                   [&window, layer = labels->name()](const QString& text) {
                     std::vector<std::string> chosen;
                     for (const QString& name : text.split(QLatin1Char(','))) {
                       if (!name.trimmed().isEmpty())
                         chosen.push_back(name.trimmed().toStdString());
                     }
                     window.run("labels.set_classes", {{"layer", layer}, {"names", chosen}});
                   });
  dialog->open();
}

void add_mode(CommandTable& commands, MainWindow& window, MainWindow::Mode mode, const char* id,
              const char* title, const char* keys, const char* help) {
  commands.add({id, "View", title, keys, help,
                [&window, mode](const Arguments&) -> Result<void> {
                  window.set_mode(mode);
                  return {};
                },
                [] { return true; }, [&window, mode] { return window.mode() == mode; }});
}

}  // namespace

void add_dataset_dialog(CommandTable& commands, MainWindow& window) {
  Command command{
      "dataset.ask_open",
      "Annotate",
      "Open folder to annotate…",
      "Ctrl+Shift+A",
      "A folder of images, or one that has them in images/. Masks go into masks/ beside them.",
      does([&window] {
        auto* dialog = new QFileDialog(&window, QObject::tr("A folder of images to annotate"));
        dialog->setFileMode(QFileDialog::Directory);
        dialog->setOption(QFileDialog::ShowDirsOnly);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        QObject::connect(
            dialog, &QFileDialog::fileSelected, &window,
            [&window](const QString& name) { window.open_dataset(name.toStdString()); });
        dialog->open();
      })};
  command.asks = true;
  commands.add(std::move(command));
}

void add_annotate_commands(CommandTable& commands, MainWindow& window) {
  add_mode(commands, window, MainWindow::Mode::kSee, "mode.see", "See", "Ctrl+1",
           "Look at images: channels, contrast, 3D, measuring.");
  add_mode(commands, window, MainWindow::Mode::kAnnotate, "mode.annotate", "Annotate", "Ctrl+2",
           "Make and fix masks of nuclei, image by image.");
  add_mode(commands, window, MainWindow::Mode::kTrain, "mode.train", "Train", "Ctrl+3",
           "Have a network learn from masks or pictures, and watch it.");
  add_mode(commands, window, MainWindow::Mode::kJudge, "mode.judge", "Judge", "Ctrl+4",
           "See where a model is right: predictions beside the truth, scores, errors.");
  add_mode(commands, window, MainWindow::Mode::kUse, "mode.use", "Use", "Ctrl+5",
           "Apply a model to images, measure, track, and take results to other programs.");
  const auto asks = [&](
                        const char* id, const char* menu, const char* title, const char* keys,
                        const char* help, std::function<void()> body,
                        std::function<bool()> enabled = [] { return true; }) {
    Command command{id, menu, title, keys, help, does(std::move(body)), std::move(enabled)};
    command.asks = true;
    commands.add(std::move(command));
  };
  const auto something = [&window] { return !window.workspace().layers().empty(); };
  commands.add({"rois.add", "Annotate", "Regions: add to the list", "T",
                "Adds what is drawn, else the selected object's outline (ROI Manager: t).",
                [&window](const Arguments&) { return add_region(window); }, something});
  Command measure{
      "rois.measure",
      "",
      "",
      "",
      "Measures regions of the list.",
      [&window](const Arguments& arguments) { return measure_regions(window, arguments); },
      something};
  measure.arguments = {{"numbers", Argument::Kind::kNumbers, "which, from 1", true}};
  measure.step = "measure regions";
  commands.add(std::move(measure));
  asks(
      "labels.ask_classes", "Labels", "Class: change the classes…", "",
      "Which classes objects can be of; those of a class that is taken out have none.",
      [&window] { ask_for_classes(window); },
      [&window] {
        return dynamic_cast<const LabelsLayer*>(window.workspace().layers().selected()) != nullptr;
      });
  asks("model.ask_open", "Annotate", "Model: choose…", "",
       "A StarDist model that finds nuclei: its folder, trained here or with Python.", [&window] {
         auto* dialog = new QFileDialog(&window, QObject::tr("The folder of a model"));
         dialog->setFileMode(QFileDialog::Directory);
         dialog->setOption(QFileDialog::ShowDirsOnly);
         dialog->setAttribute(Qt::WA_DeleteOnClose);
         QObject::connect(dialog, &QFileDialog::fileSelected, &window,
                          [&window](const QString& name) {
                            window.run("model.open", {{"folder", name.toStdString()}});
                          });
         dialog->open();
       });
  asks(
      "model.show_in_region", "Annotate", "Model: find nuclei in a region", "Ctrl+Shift+R",
      "Shows what the model finds in the rectangle or area that is drawn, else in the region "
      "chosen in the list; where there is none, one is to be dragged.",
      [&window] {
        window.set_mode(MainWindow::Mode::kAnnotate);
        auto* controls = window.findChild<QWidget*>(QStringLiteral("model_controls"));
        if (auto* model = dynamic_cast<ModelControls*>(controls)) model->show_in_region();
      },
      [&window] {
        return !window.workspace().layers().empty() && window.workspace().model().is_open();
      });
  asks(
      "model.ask_walk", "Annotate", "Model: one by one", "Shift+A",
      "Shows what the model finds on trial and goes through it with keys, the least sure first: "
      "accept, reject, next.",
      [&window] {
        window.set_mode(MainWindow::Mode::kAnnotate);
        auto* controls = window.findChild<QWidget*>(QStringLiteral("model_controls"));
        if (auto* model = dynamic_cast<ModelControls*>(controls)) model->one_by_one();
      },
      [&window] {
        return !window.workspace().layers().empty() && window.workspace().model().is_open();
      });
  asks("model.ask_predict", "Train", "Apply a model to images…", "",
       "Finds nuclei in all images of a folder, or restores them, and writes the results.",
       [&window] { window.show_applying(); });
  asks("compare.ask_open", "View", "Compare predictions…", "",
       "Puts predictions and the truth, or two models, beside each other.",
       [&window] { (new CompareDialog(window))->show(); });
  asks("compare.ask_thresholds", "View", "Compare thresholds…", "",
       "Shows where the model finds other nuclei with other thresholds. Needs no truth.",
       [&window] { (new ThresholdsDialog(window))->show(); });
  asks(
      "rois.ask_open", "Annotate", "Regions: open RoiSet.zip…", "",
      "Lists the regions of a file of ImageJ's ROI Manager.",
      [&window] {
        ask_for_file(window, QObject::tr("Open regions"),
                     QObject::tr("Regions of ImageJ (*.zip *.roi)"), {}, false,
                     [&window](const std::string& path) {
                       window.run("file.open_files", {{"files", {path}}});
                     });
      },
      something);
  asks(
      "rois.ask_save", "Annotate", "Regions: save RoiSet.zip…", "",
      "Writes the list of regions as ImageJ's ROI Manager does.",
      [&window] {
        const ShapesLayer* layer = roi_layer(window.workspace());
        if (layer == nullptr) return;
        ask_for_file(window, QObject::tr("Save regions"),
                     QObject::tr("Regions of ImageJ (*.zip *.roi)"), QStringLiteral("zip"), true,
                     [&window, name = layer->name()](const std::string& path) {
                       window.run("file.save_layer", {{"layer", name}, {"path", path}});
                     });
      },
      [&window] { return roi_layer(window.workspace()) != nullptr; });
  Command go{"edit.go_to_step",
             "",
             "",
             "",
             "Undoes or redoes until so many steps are done.",
             [&window](const Arguments& arguments) -> Result<void> {
               window.workspace().history().go_to_step(
                   static_cast<std::size_t>(arguments["done"].get<double>()));
               return {};
             }};
  go.arguments = {{"done", Argument::Kind::kNumber, "steps", true, {}, 0, 1e9}};
  commands.add(std::move(go));
}

}  // namespace karyo::gui
