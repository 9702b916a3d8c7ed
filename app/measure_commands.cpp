#include "app/layer_commands.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

const std::vector<Argument> kShape{
    {"layer", Kind::kText, "name of the image; the selected one when absent"},
    {"kind", Kind::kText, "line, rectangle, angle, area", true},
    {"plane", Kind::kText, "xy, xz, yz; xy when absent"},
    {"points", Kind::kNumbers, "z, y, x of one point after the other, in the scale's unit", true}};

Result<MeasureShape> shape_from(const json& arguments) {
  MeasureShape shape;
  KARYO_TRY(shape.kind, measure_kind_from(arguments["kind"].get<std::string>()));
  const std::string name = arguments.value("plane", "xy");
  const auto plane = plane_from(name);
  if (!plane) {
    return Error(ErrorCode::kInvalidArgument, "unknown plane \"" + name + "\"",
                 "Use xy, xz or yz.");
  }
  shape.plane = *plane;
  const auto numbers = arguments["points"].get<std::vector<double>>();
  for (std::size_t i = 0; i + 2 < numbers.size(); i += 3) {
    shape.points.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
  }
  if (numbers.size() % 3 != 0 || !shape.complete()) {
    return Error(ErrorCode::kInvalidArgument,
                 std::to_string(numbers.size()) + " numbers do not make a " +
                     std::string(name_of(shape.kind)),
                 "A line or rectangle has 2 points, an angle 3, an area at least 3, each of z, y, "
                 "x.");
  }
  return shape;
}

}  // namespace

void add_measure_commands(CommandTable& commands, Workspace& workspace) {
  const auto always = [] { return true; };
  const auto measured = [&workspace] { return !workspace.measurements().rows().empty(); };
  commands.add({"measure.add",
                "",
                "",
                "",
                "Measures a shape: a row of the table.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(const MeasureShape shape, shape_from(arguments));
                  KARYO_TRY(auto* const image,
                            target_as<ImageLayer>(workspace, arguments, "image", true));
                  return workspace.measurements().add(
                      shape, *image, workspace.layers().grid_of(*image), workspace.view().time());
                },
                always,
                {},
                kShape});
  std::vector<Argument> with_path = kShape;
  with_path.push_back({"path", Kind::kText, ".csv file to write", true});
  commands.add(
      {"measure.profile",
       "",
       "",
       "",
       "Writes the values along a line or rectangle.",
       [&workspace](const json& arguments) -> Result<void> {
         KARYO_TRY(const MeasureShape shape, shape_from(arguments));
         KARYO_TRY(auto* const image, target_as<ImageLayer>(workspace, arguments, "image", true));
         const VoxelGrid grid = workspace.layers().grid_of(*image);
         const auto path = arguments["path"].get<std::string>();
         KARYO_CHECK_OK(write_profile_csv(profile_of(shape, *image, grid, workspace.view().time()),
                                          *image, grid.unit, path));
         workspace.done.emit("Saved " + path);
         return {};
       },
       always,
       {},
       with_path});
  commands.add({"measure.save",
                "",
                "",
                "",
                "Writes the table of measurements as CSV.",
                [&workspace](const json& arguments) -> Result<void> {
                  const auto path = arguments["path"].get<std::string>();
                  KARYO_CHECK_OK(workspace.measurements().write_csv(path));
                  workspace.done.emit("Saved " + path);
                  return {};
                },
                measured,
                {},
                {{"path", Kind::kText, ".csv file to write", true}}});
  commands.add({"measure.clear", "Measure", "Clear the table", "",
                "Empties the table of measurements.",
                [&workspace](const json&) -> Result<void> {
                  workspace.measurements().clear();
                  return {};
                },
                measured});
}

}  // namespace karyo
