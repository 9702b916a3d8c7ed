#include "app/vector_look_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "app/look_json.h"

namespace karyo {
namespace {

using nlohmann::json;

Error has_no(const LayerLook& look, const char* what) {
  return {ErrorCode::kInvalidArgument, look.name + " has no " + what,
          "Name a layer of the kind that has it: points, shapes, tracks or a surface."};
}

std::int64_t selection_from(const json& number) {
  const double value = number.get<double>();
  return value >= 1 && value <= 1e15 ? static_cast<std::int64_t>(value) - 1 : -1;
}

}  // namespace

void add_vector_look(json& out, const LayerLook& look) {
  if (look.points) {
    out["points"] = {{"size", look.points->size},
                     {"on_screen", look.points->on_screen},
                     {"color", color_json(look.points->color)},
                     {"show_text", look.points->show_text}};
  }
  if (look.shapes) {
    out["shapes"] = {{"width", look.shapes->width},
                     {"color", color_json(look.shapes->color)},
                     {"fill", look.shapes->fill},
                     {"show_text", look.shapes->show_text}};
  }
  if (look.tracks) {
    out["tracks"] = {{"tail", look.tracks->tail},
                     {"width", look.tracks->width},
                     {"show_text", look.tracks->show_text}};
  }
  if (look.surface) {
    out["surface"] = {{"width", look.surface->width},
                      {"color", color_json(look.surface->color)},
                      {"own_colors", look.surface->own_colors},
                      {"wireframe", look.surface->wireframe}};
  }
}

void take_vector_look(const json& in, LayerLook& look) {
  if (in.contains("points")) {
    const json& part = in["points"];
    PointsLook points{nullptr};
    points.size = part.value("size", points.size);
    points.on_screen = part.value("on_screen", points.on_screen);
    points.color = color_from(part.value("color", json()), points.color);
    points.show_text = part.value("show_text", points.show_text);
    look.points = points;
  }
  if (in.contains("shapes")) {
    const json& part = in["shapes"];
    ShapesLook shapes{nullptr};
    shapes.width = part.value("width", shapes.width);
    shapes.color = color_from(part.value("color", json()), shapes.color);
    shapes.fill = part.value("fill", shapes.fill);
    shapes.show_text = part.value("show_text", shapes.show_text);
    look.shapes = shapes;
  }
  if (in.contains("tracks")) {
    const json& part = in["tracks"];
    TracksLook tracks{nullptr};
    tracks.tail = part.value("tail", tracks.tail);
    tracks.width = part.value("width", tracks.width);
    tracks.show_text = part.value("show_text", tracks.show_text);
    look.tracks = tracks;
  }
  if (in.contains("surface")) {
    const json& part = in["surface"];
    SurfaceLook surface{nullptr};
    surface.width = part.value("width", surface.width);
    surface.color = color_from(part.value("color", json()), surface.color);
    surface.own_colors = part.value("own_colors", surface.own_colors);
    surface.wireframe = part.value("wireframe", surface.wireframe);
    look.surface = surface;
  }
}

Result<void> change_vector_look(LayerLook& look, const json& arguments) {
  const auto has = [&](const char* name) { return arguments.contains(name); };
  if (has("size") || has("on_screen")) {
    if (!look.points) return has_no(look, "points with a size");
    look.points->size = arguments.value("size", look.points->size);
    look.points->on_screen = arguments.value("on_screen", look.points->on_screen);
  }
  if (has("color")) {
    Rgb* const color = look.points    ? &look.points->color
                       : look.shapes  ? &look.shapes->color
                       : look.surface ? &look.surface->color
                                      : nullptr;
    if (color == nullptr) return has_no(look, "colour of its own");
    if (arguments["color"].size() != 3) {
      return Error(ErrorCode::kInvalidArgument, "a colour has three numbers",
                   "Give red, green and blue, 0 to 255.");
    }
    *color = color_from(arguments["color"], *color);
    if (look.surface) look.surface->own_colors = false;
  }
  if (has("width")) {
    double* const width = look.shapes    ? &look.shapes->width
                          : look.tracks  ? &look.tracks->width
                          : look.surface ? &look.surface->width
                                         : nullptr;
    if (width == nullptr) return has_no(look, "lines with a width");
    *width = arguments["width"].get<double>();
  }
  if (has("fill")) {
    if (!look.shapes) return has_no(look, "shapes to fill");
    look.shapes->fill = arguments["fill"].get<bool>();
  }
  if (has("wireframe") || has("own_colors")) {
    if (!look.surface) return has_no(look, "surface");
    look.surface->wireframe = arguments.value("wireframe", look.surface->wireframe);
    look.surface->own_colors = arguments.value("own_colors", look.surface->own_colors);
  }
  if (has("tail")) {
    if (!look.tracks) return has_no(look, "tracks with tails");
    look.tracks->tail = static_cast<int>(std::clamp(arguments["tail"].get<double>(), 0.0, 1e4));
  }
  if (has("show_text")) {
    if (!look.points && !look.shapes && !look.tracks) return has_no(look, "texts");
    const bool show = arguments["show_text"].get<bool>();
    if (look.points) look.points->show_text = show;
    if (look.shapes) look.shapes->show_text = show;
    if (look.tracks) look.tracks->show_text = show;
  }
  if (has("selected")) {
    if (!look.points && !look.shapes) return has_no(look, "points or shapes to select");
    (look.points ? look.points->selected : look.shapes->selected) =
        selection_from(arguments["selected"]);
  }
  return {};
}

}  // namespace karyo
