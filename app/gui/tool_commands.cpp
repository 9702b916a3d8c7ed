#include "app/gui/tool_commands.h"

#include <algorithm>

#include "app/gui/calculator_dialog.h"
#include "app/gui/draw_tool.h"
#include "app/gui/main_window.h"
#include "app/gui/mark_tool.h"
#include "app/gui/measure_files_dialog.h"
#include "app/gui/measure_panel.h"
#include "app/gui/measured_panel.h"
#include "app/gui/model_tool.h"
#include "app/gui/paint_tool.h"
#include "app/gui/view_grid.h"
#include "app/gui/window_dialogs.h"
#include "app/model_in_use.h"

namespace karyo::gui {
namespace {

using Arguments = nlohmann::json;

/// What is drawn, as the arguments of measure.add and measure.profile.
Result<Arguments> drawn(MainWindow& window) {
  const ImageLayer* image = window.measure_panel().image();
  if (!window.measure_tool().complete() || image == nullptr) {
    return Error(ErrorCode::kInvalidArgument, "nothing is drawn over an image",
                 "Choose a tool of the Measure menu and draw.");
  }
  const MeasureShape& shape = *window.measure_tool().shape();
  std::vector<double> points;
  for (const WorldPoint& p : shape.points) points.insert(points.end(), {p.z, p.y, p.x});
  return Arguments{{"layer", image->name()},
                   {"kind", std::string(name_of(shape.kind))},
                   {"plane", name_of(shape.plane)},
                   {"points", points}};
}

/// The voxels of the selected layer whose middles lie in the rectangle; all of the other axes.
Result<void> crop_to_rectangle(MainWindow& window) {
  const Layer* layer = window.workspace().layers().selected();
  const auto& shape = window.measure_tool().shape();
  if (layer == nullptr || !window.measure_tool().complete() ||
      shape->kind != MeasureKind::kRectangle) {
    return Error(ErrorCode::kInvalidArgument, "no rectangle is drawn",
                 "Choose Measure › Rectangle and profile, drag a rectangle, and try again.");
  }
  const VoxelGrid grid = window.workspace().layers().grid_of(*layer);
  Arguments arguments{{"layer", layer->name()}};
  for (const Axis axis : {horizontal_axis(shape->plane), vertical_axis(shape->plane)}) {
    const double a = shape->points[0][axis], b = shape->points[1][axis];
    const auto count = along(layer->shape().zyx(), axis);
    const double half = spacing_along(grid, axis) / 2;
    const auto first =
        std::clamp<std::int64_t>(voxel_along(std::min(a, b) + half, grid, axis), 0, count);
    const auto last =
        std::clamp<std::int64_t>(voxel_along(std::max(a, b) - half, grid, axis) + 1, 0, count);
    const char* name = axis == Axis::kZ ? "z" : axis == Axis::kY ? "y" : "x";
    arguments[name] = {first, last};
  }
  return window.commands().run("image.crop", arguments);
}

/// Tools that put marks into layers.
void add_mark_tools(CommandTable& commands, MainWindow& window) {
  const auto tool = [&](const char* id, const char* title, const std::string& help, MarkKind kind) {
    commands.add({id, "Layer", title, "", help,
                  [&window, kind](const Arguments&) -> Result<void> {
                    window.set_marking(kind);
                    return {};
                  },
                  [&window] { return !window.workspace().layers().empty(); },
                  [&window, kind] { return window.mark_tool().kind() == kind; }});
  };
  const std::string into = " It goes into the selected layer of shapes, else into a new one.";
  tool("tool.points", "Draw: points",
       "A click adds a point to the selected layer of points, else to a new one. Points are "
       "dragged, and Delete takes the selected one out.",
       MarkKind::kPoint);
  tool("tool.shape_rectangle", "Draw: rectangles", "Drag a rectangle." + into,
       MarkKind::kRectangle);
  tool("tool.shape_ellipse", "Draw: ellipses", "Drag the box around an ellipse." + into,
       MarkKind::kEllipse);
  tool("tool.shape_polygon", "Draw: polygons",
       "Click the corners; a double click, or one on the first corner, ends it." + into,
       MarkKind::kPolygon);
  tool("tool.shape_line", "Draw: lines", "Drag a line." + into, MarkKind::kLine);
  tool("tool.shape_polyline", "Draw: bent lines",
       "Click the corners of a line (segmented line in Fiji); a double click ends it." + into,
       MarkKind::kPolyline);
  tool("tool.shape_freehand", "Draw: freehand", "Drag around an area." + into, MarkKind::kFreehand);
}

/// The panel of all objects, and its files.
void add_measured_objects(CommandTable& commands, MainWindow& window) {
  const auto measured = [&window] { return window.measured_shown(); };
  commands.add({"view.measured", "View", "Table of objects", "",
                "Shows what all objects measure, as a table and plots, under the picture.",
                [&window](const Arguments&) -> Result<void> {
                  window.show_measured(!window.measured_shown());
                  return {};
                },
                [&window] { return !window.workspace().layers().empty(); }, measured});
  Command save{"measure.ask_save_objects",
               "Measure",
               "Save table of objects…",
               "",
               "Writes what all objects measure as a CSV file.",
               does([&window] {
                 ask_for_file(window, QObject::tr("Save the table of objects"),
                              QObject::tr("Tables (*.csv)"), QStringLiteral("csv"), true,
                              [&window](const std::string& path) {
                                window.run("measure.save_objects", {{"path", path}});
                              });
               }),
               measured};
  save.asks = true;
  commands.add(std::move(save));
  Command files{"measure.ask_files",
                "Measure",
                "Measure a folder of masks…",
                "",
                "Measures the objects of all label images of a folder, and writes one table.",
                does([&window] { (new MeasureFilesDialog(window))->show(); })};
  files.asks = true;
  commands.add(std::move(files));
  add_plot_commands(commands, window,
                    {"measure", "Writes the plot of objects as PNG, SVG or PDF.",
                     "Asks where to save the plot of objects.",
                     [&window](const std::filesystem::path& path) {
                       return window.measured_panel().save_plot(path);
                     },
                     measured});
}

}  // namespace

void add_paint_tools(CommandTable& commands, MainWindow& window) {
  const auto tool = [&](const char* id, const char* title, const char* keys, const char* help,
                        PaintKind kind) {
    commands.add({id, "Labels", title, keys, help,
                  [&window, kind](const Arguments&) -> Result<void> {
                    window.set_painting(kind);
                    return {};
                  },
                  [&window] { return !window.workspace().layers().empty(); },
                  [&window, kind] { return window.paint_tool().kind() == kind; }});
  };
  tool("tool.brush", "Brush", "P, 2",
       "Drag to paint the selected object into the labels. Without labels a new layer is made. "
       "Shift+drag and Shift+wheel change its size.",
       PaintKind::kBrush);
  tool("tool.eraser", "Eraser", "E, 1",
       "Drag to make background of what was painted. Shift+drag and Shift+wheel change its size.",
       PaintKind::kEraser);
  tool("tool.fill", "Fill", "F, 4",
       "A click gives what hangs together and has one number the selected object's.",
       PaintKind::kFill);
  const auto drawn = [&](const char* id, const char* title, const char* keys, const char* help,
                         DrawKind kind) {
    commands.add({id, "Labels", std::string("Tool: ") + title, keys, help,
                  [&window, kind](const Arguments&) -> Result<void> {
                    window.set_drawing(kind);
                    return {};
                  },
                  [&window] { return !window.workspace().layers().empty(); },
                  [&window, kind] { return window.draw_tool().kind() == kind; }});
  };
  drawn("tool.area_polygon", "Polygon", "3",
        "Click the corners of an object; a double click, or one on the first corner, ends it.",
        DrawKind::kPolygon);
  drawn("tool.area_lasso", "Lasso", "Shift+3", "Drag around an object.", DrawKind::kLasso);
  drawn("tool.area_rectangle", "Rectangle", "", "Drag a rectangle to make it an object.",
        DrawKind::kRectangle);
  drawn("tool.area_ellipse", "Ellipse", "O", "Drag the box around an elliptic object.",
        DrawKind::kEllipse);
  drawn("tool.smart_outline", "Smart outline", "8",
        "Click along an edge: the outline follows it. A double click closes it.", DrawKind::kSmart);
  drawn("tool.wand", "Magic wand", "W",
        "A click takes what hangs together and is about as bright; drag right to take more.",
        DrawKind::kWand);
  drawn("tool.one_click", "One click", "N",
        "A click finds the whole nucleus around it and makes it an object.", DrawKind::kOneClick);
  commands.add({"tool.model_click", "Labels", "Tool: One click from the model", "Shift+N",
                "A click takes the nucleus that the model sees there; it is outlined while you "
                "point at it.",
                [&window](const Arguments&) -> Result<void> {
                  window.set_model_clicking(true);
                  return {};
                },
                [&window] {
                  return !window.workspace().layers().empty() &&
                         window.workspace().model().is_open();
                },
                [&window] { return window.model_tool().in_use(); }});
  drawn("tool.cut", "Cut", "X", "Drag a line across an object to cut it in two.", DrawKind::kCut);
  drawn("tool.seeds", "Split by places", "K",
        "Click once in each part of an object, then double click to split it there.",
        DrawKind::kSeeds);
  drawn("tool.merge", "Merge", "J",
        "Drag from one object into others to make them one; in 3D, onto one other.",
        DrawKind::kMerge);
  drawn("tool.move_object", "Move an object", "", "Drag an object to another place.",
        DrawKind::kMove);
  tool("tool.pick", "Pick an object", "L, 5",
       "A click selects the object there, to paint on; in the planes and in 3D.", PaintKind::kPick);
}

void add_tool_commands(CommandTable& commands, MainWindow& window) {
  const auto something = [&window] { return !window.workspace().layers().empty(); };
  commands.add({"tool.move", "Measure", "Move and look", "6",
                "The left button moves the picture and sets the crosshair.",
                [&window](const Arguments&) -> Result<void> {
                  window.set_measuring({});
                  return {};
                },
                [] { return true; },
                [&window] {
                  return !window.measuring() && !window.mark_tool().kind() &&
                         !window.paint_tool().kind() && !window.draw_tool().kind() &&
                         !window.model_tool().in_use() && !window.tracking();
                }});
  const auto tool = [&](const char* id, const char* title, const char* help, MeasureKind kind) {
    commands.add({id, "Measure", title, "", help,
                  [&window, kind](const Arguments&) -> Result<void> {
                    window.set_measuring(kind);
                    return {};
                  },
                  something, [&window, kind] { return window.measuring() == kind; }});
  };
  tool("tool.line", "Line and profile",
       "Drag a line: its length and angle, and the values along it (Fiji: Plot Profile).",
       MeasureKind::kLine);
  tool("tool.rectangle", "Rectangle and profile",
       "Drag a rectangle: its area, the values inside, and the means of its columns.",
       MeasureKind::kRectangle);
  tool("tool.angle", "Angle", "Three clicks; the second is the corner.", MeasureKind::kAngle);
  tool("tool.area", "Area", "Click around an area: its size and the values inside.",
       MeasureKind::kArea);
  add_mark_tools(commands, window);
  add_measured_objects(commands, window);
  commands.add({"measure.current", "Measure", "Add to table", "Ctrl+M",
                "Keeps what is measured as a row of the table (Fiji: Measure).",
                [&window](const Arguments&) -> Result<void> {
                  KARYO_TRY(const Arguments arguments, drawn(window));
                  return window.commands().run("measure.add", arguments);
                },
                something});
  commands.add({"image.crop_to_rectangle", "Process", "Crop to the rectangle", "Ctrl+Shift+X",
                "Makes a layer of what lies in the measured rectangle, of the selected layer.",
                [&window](const Arguments&) { return crop_to_rectangle(window); }, something});
  commands.add({"image.merge_visible", "Process", "Merge visible images as channels", "",
                "Makes one image of all visible ones of one size, each a channel.",
                [&window](const Arguments&) -> Result<void> {
                  const LayerList& layers = window.workspace().layers();
                  Arguments names = Arguments::array();
                  for (int i = 0; i < layers.count(); ++i) {
                    const Layer& layer = layers.at(i);
                    if (layer.kind() == LayerKind::kImage && layer.visible()) {
                      names.push_back(layer.name());
                    }
                  }
                  return window.commands().run("image.merge_channels", {{"layers", names}});
                },
                something});
  Command calculator{"image.ask_calculate",
                     "Process",
                     "Calculator…",
                     "",
                     "Adds, subtracts, divides … two images, or an image and a number.",
                     [&window](const Arguments&) -> Result<void> {
                       (new CalculatorDialog(window))->show();
                       return {};
                     },
                     something};
  calculator.asks = true;
  commands.add(std::move(calculator));
  const auto asks = [&](const char* id, const char* title, const char* help,
                        std::function<Result<void>()> body) {
    Command command{id,       "Measure",
                    title,    "",
                    help,     [body = std::move(body)](const Arguments&) { return body(); },
                    something};
    command.asks = true;
    commands.add(std::move(command));
  };
  asks("measure.ask_save_profile", "Save profile…", "Writes the curve as a CSV file.",
       [&window]() -> Result<void> {
         KARYO_TRY(Arguments arguments, drawn(window));
         ask_for_file(window, QObject::tr("Save the profile"), QObject::tr("Tables (*.csv)"),
                      QStringLiteral("csv"), true,
                      [&window, arguments](const std::string& path) mutable {
                        arguments["path"] = path;
                        window.run("measure.profile", arguments);
                      });
         return {};
       });
  asks("measure.ask_save", "Save table…", "Writes the table of measurements as a CSV file.",
       [&window]() -> Result<void> {
         ask_for_file(window, QObject::tr("Save the measurements"), QObject::tr("Tables (*.csv)"),
                      QStringLiteral("csv"), true, [&window](const std::string& path) {
                        window.run("measure.save", {{"path", path}});
                      });
         return {};
       });
}

}  // namespace karyo::gui
