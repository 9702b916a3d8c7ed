#include <algorithm>
#include <cmath>
#include <utility>

#include "app/layer_commands.h"
#include "core/layers/vector_layers.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

const Argument kLayer = layer_argument();
const Argument kNewLayer{"new_layer", Kind::kBool, "makes a layer for it, of that name"};
const Argument kSelect{"select", Kind::kBool, "it is the selected one then"};
const Argument kFrame{"frame", Kind::kNumber, "time point from 0; all when absent"};

Result<std::int64_t> whole_from(const json& arguments, const char* name, double most) {
  if (!arguments.contains(name)) return std::int64_t{-1};
  const double value = arguments[name].get<double>();
  if (!(value >= 0 && value <= most && value == std::floor(value))) {
    return Error(ErrorCode::kInvalidArgument,
                 std::string(name) + " " + json(value).dump() + " is no place in the image",
                 "Give a whole number, counted from 0.");
  }
  return static_cast<std::int64_t>(value);
}

template <typename LayerType>
Command new_layer_command(const char* id, const char* title, const char* name, const char* help,
                          Workspace& workspace) {
  return {id,
          "Layer",
          title,
          "",
          help,
          [&workspace, name](const json& arguments) -> Result<void> {
            const std::string wanted = arguments.value("name", name);
            workspace.layers().add(std::make_shared<LayerType>(wanted));
            return {};
          },
          [&workspace] { return !workspace.layers().empty(); },
          {},
          {{"name", Kind::kText, "its name"}}};
}

/// Other marks than its file has: until it is saved again, closing asks for it.
template <typename LayerType, typename Look>
void put_edited(LayerType& layer, Look look) {
  layer.set_source({});
  layer.set_look(std::move(look));
}

/// Where a mark goes: into a layer that is made for it, else the named or selected one.
template <typename LayerType>
Result<LayerType*> layer_for(Workspace& workspace, const json& arguments, const char* kind) {
  if (!arguments.value("new_layer", false)) {
    return target_as<LayerType>(workspace, arguments, kind);
  }
  return &workspace.layers().add(
      std::make_shared<LayerType>(arguments.value("layer", std::string(kind) + "s")));
}

/// The place of a point, from the middle of a voxel to the corner that marks count from.
Result<WorldPoint> place_from(const json& arguments) {
  const auto voxel = arguments["voxel"].get<std::vector<double>>();
  const bool good = voxel.size() == 3 && std::all_of(voxel.begin(), voxel.end(), [](double v) {
                      return std::abs(v) <= kMostCoordinate;  // not of NaN
                    });
  if (!good) {
    return Error(ErrorCode::kInvalidArgument, "that is no voxel", "Give three numbers: z, y, x.");
  }
  return WorldPoint{voxel[0] + 0.5, voxel[1] + 0.5, voxel[2] + 0.5};
}

Result<void> add_point(Workspace& workspace, const json& arguments) {
  PointMark point{{}, -1, arguments.value("text", "")};
  KARYO_TRY(point.at, place_from(arguments));
  KARYO_TRY(point.t, whole_from(arguments, "frame", static_cast<double>(kMostFrame)));
  KARYO_TRY(auto* const layer, layer_for<PointsLayer>(workspace, arguments, "point"));
  PointsLook look = layer->look();
  auto points = std::make_shared<PointList>(*look.data);
  points->push_back(std::move(point));
  if (arguments.value("select", false)) {
    look.selected = static_cast<std::int64_t>(points->size()) - 1;
  }
  look.data = std::move(points);
  put_edited(*layer, std::move(look));
  return {};
}

/// Which mark `number` (from 1) names, else the selected one; its place in the list.
template <typename Look>
Result<std::size_t> mark_from(const Layer& layer, const Look& look, const json& arguments,
                              const char* kind) {
  const double wanted = arguments.value("number", static_cast<double>(look.selected + 1));
  if (!(wanted >= 1 && wanted <= static_cast<double>(look.data->size()))) {
    return Error(
        ErrorCode::kNotFound, layer.name() + " has no " + kind + " " + json(wanted).dump(),
        "It holds " + std::to_string(look.data->size()) + "; select one, or name its number.");
  }
  return static_cast<std::size_t>(wanted) - 1;
}

Result<void> move_point(Workspace& workspace, const json& arguments) {
  KARYO_TRY(auto* const layer, target_as<PointsLayer>(workspace, arguments, "point"));
  KARYO_TRY(const WorldPoint at, place_from(arguments));
  PointsLook look = layer->look();
  KARYO_TRY(const std::size_t which, mark_from(*layer, look, arguments, "point"));
  auto points = std::make_shared<PointList>(*look.data);
  (*points)[which].at = at;
  look.data = std::move(points);
  look.selected = static_cast<std::int64_t>(which);
  put_edited(*layer, std::move(look));
  return {};
}

Result<void> add_shape(Workspace& workspace, const json& arguments) {
  const auto numbers = arguments["points"].get<std::vector<double>>();
  if (numbers.size() % 2 != 0) {
    return Error(ErrorCode::kInvalidArgument, "the points have an odd count of numbers",
                 "Give pairs: y, x, y, x.");
  }
  PathF corners;
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) {
    corners.push_back({numbers[i + 1], numbers[i]});
  }
  KARYO_TRY(Roi roi, make_shape(arguments["type"].get<std::string>(), corners));
  KARYO_TRY(const auto z, whole_from(arguments, "slice", kMostCoordinate));
  KARYO_TRY(const auto t, whole_from(arguments, "frame", static_cast<double>(kMostFrame)));
  roi.z = static_cast<std::int32_t>(z + 1);
  roi.t = static_cast<std::int32_t>(t + 1);
  KARYO_TRY(auto* const layer, layer_for<ShapesLayer>(workspace, arguments, "shape"));
  ShapesLook look = layer->look();
  roi.name = arguments.value("name", std::to_string(look.data->size() + 1));
  auto shapes = std::make_shared<ShapeList>(*look.data);
  shapes->push_back(std::move(roi));
  if (arguments.value("select", false)) {
    look.selected = static_cast<std::int64_t>(shapes->size()) - 1;
  }
  look.data = std::move(shapes);
  put_edited(*layer, std::move(look));
  return {};
}

/// Takes out the mark that `number` (from 1) names, else the selected one.
template <typename LayerType>
Result<void> delete_mark(Workspace& workspace, const json& arguments, const char* kind) {
  KARYO_TRY(auto* const layer, target_as<LayerType>(workspace, arguments, kind));
  auto look = layer->look();
  KARYO_TRY(const std::size_t which, mark_from(*layer, look, arguments, kind));
  auto marks = std::make_shared<std::decay_t<decltype(*look.data)>>(*look.data);
  marks->erase(marks->begin() + static_cast<std::ptrdiff_t>(which));
  look.data = std::move(marks);
  look.selected = -1;
  put_edited(*layer, std::move(look));
  return {};
}

template <typename LayerType>
bool has_selected(Workspace& workspace) {
  const auto* layer = dynamic_cast<const LayerType*>(workspace.layers().selected());
  return layer != nullptr && !layer->locked() && layer->look().selected >= 0;
}

}  // namespace

void add_vector_commands(CommandTable& commands, Workspace& workspace) {
  commands.add(new_layer_command<PointsLayer>("layer.new_points", "New points layer", "points",
                                              "Adds an empty layer to mark places with points.",
                                              workspace));
  commands.add(new_layer_command<ShapesLayer>("layer.new_shapes", "New shapes layer", "shapes",
                                              "Adds an empty layer for regions of interest.",
                                              workspace));
  commands.add(
      {"points.add",
       "",
       "",
       "",
       "Adds a point to a layer of points.",
       [&workspace](const json& arguments) { return add_point(workspace, arguments); },
       [] { return true; },
       {},
       {kLayer,
        {"voxel", Kind::kNumbers, "z, y, x from 0; whole numbers are voxels' middles", true},
        kFrame,
        {"text", Kind::kText, "a class or a remark"},
        kNewLayer,
        kSelect},
       false,
       "add point"});
  commands.add(
      {"points.move",
       "",
       "",
       "",
       "Moves a point of a layer of points, and selects it.",
       [&workspace](const json& arguments) { return move_point(workspace, arguments); },
       [] { return true; },
       {},
       {kLayer,
        {"voxel", Kind::kNumbers, "z, y, x from 0; whole numbers are voxels' middles", true},
        {"number", Kind::kNumber, "which, from 1; the selected one when absent"}},
       false,
       "move point"});
  commands.add(
      {"points.delete",
       "Layer",
       "Delete point",
       "",
       "Takes the selected point out of its layer.",
       [&workspace](const json& arguments) {
         return delete_mark<PointsLayer>(workspace, arguments, "point");
       },
       [&workspace] { return has_selected<PointsLayer>(workspace); },
       {},
       {kLayer, {"number", Kind::kNumber, "which, from 1; the selected one when absent"}}});
  commands.add(
      {"shapes.add",
       "",
       "",
       "",
       "Adds a region to a layer of shapes.",
       [&workspace](const json& arguments) { return add_shape(workspace, arguments); },
       [] { return true; },
       {},
       {kLayer,
        {"type", Kind::kText, "rectangle, ellipse, line, polygon, freehand, polyline", true},
        {"points", Kind::kNumbers, "y, x, y, x, ...: corners of pixels", true},
        {"slice", Kind::kNumber, "plane from 0; all when absent"},
        kFrame,
        {"name", Kind::kText, "its name"},
        kNewLayer,
        kSelect},
       false,
       "add shape"});
  commands.add(
      {"shapes.delete",
       "Layer",
       "Delete shape",
       "",
       "Takes the selected shape out of its layer.",
       [&workspace](const json& arguments) {
         return delete_mark<ShapesLayer>(workspace, arguments, "shape");
       },
       [&workspace] { return has_selected<ShapesLayer>(workspace); },
       {},
       {kLayer, {"number", Kind::kNumber, "which, from 1; the selected one when absent"}}});
}

}  // namespace karyo
