#include "app/gui/tool_commands.h"

#include "app/gui/main_window.h"
#include "app/gui/measure_panel.h"
#include "app/gui/view_grid.h"
#include "app/gui/window_dialogs.h"

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
  static constexpr std::array<const char*, 3> kPlaneNames{"xy", "xz", "yz"};
  return Arguments{{"layer", image->name()},
                   {"kind", std::string(name_of(shape.kind))},
                   {"plane", kPlaneNames[static_cast<std::size_t>(shape.plane)]},
                   {"points", points}};
}

}  // namespace

void add_tool_commands(CommandTable& commands, MainWindow& window) {
  const auto something = [&window] { return !window.workspace().layers().empty(); };
  commands.add({"tool.move", "Measure", "Move and look", "",
                "The left button moves the picture and sets the crosshair.",
                [&window](const Arguments&) -> Result<void> {
                  window.set_measuring({});
                  return {};
                },
                [] { return true; }, [&window] { return !window.measuring(); }});
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
  commands.add({"measure.current", "Measure", "Add to table", "Ctrl+M",
                "Keeps what is measured as a row of the table (Fiji: Measure).",
                [&window](const Arguments&) -> Result<void> {
                  KARYO_TRY(const Arguments arguments, drawn(window));
                  return window.commands().run("measure.add", arguments);
                },
                something});
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
