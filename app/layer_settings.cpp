#include "app/layer_settings.h"

#include <algorithm>
#include <string>
#include <vector>

#include "app/layer_commands.h"
#include "app/vector_look_json.h"
#include "core/layers/layer_look.h"

namespace karyo {
namespace {

using nlohmann::json;

Result<VoxelGrid> place_from(const Layer& layer, const json& arguments) {
  VoxelGrid place = layer.place();
  const auto read = [&](const char* name, double& z, double& y, double& x) -> Result<void> {
    if (!arguments.contains(name)) return {};
    const auto numbers = arguments[name].get<std::vector<double>>();
    if (numbers.size() != 3) {
      return Error(ErrorCode::kInvalidArgument,
                   std::string(name) + " holds " + std::to_string(numbers.size()) + " numbers",
                   "Give three: z, y, x.");
    }
    z = numbers[0];
    y = numbers[1];
    x = numbers[2];
    return {};
  };
  KARYO_CHECK_OK(read("spacing", place.spacing_z, place.spacing_y, place.spacing_x));
  KARYO_CHECK_OK(read("origin", place.origin_z, place.origin_y, place.origin_x));
  if (arguments.contains("unit")) place.unit = arguments["unit"].get<std::string>();
  return place;
}

/// A whole number from one that a file or a macro gave.
int whole(const json& number, int least, int most) {
  const double value = number.get<double>();
  return value >= least ? static_cast<int>(std::min(value, static_cast<double>(most))) : least;
}

/// What belongs to layers of one kind alone.
Result<void> change_kind_look(LayerLook& look, const Layer& layer, const json& arguments) {
  const auto is_no = [&](const char* kind) {
    return Error(ErrorCode::kInvalidArgument, layer.name() + " is no " + kind + " layer",
                 std::string("Name a layer of ") + kind + "s.");
  };
  if (arguments.contains("interpolation")) {
    if (!look.image) return is_no("image");
    KARYO_TRY(look.image->interpolation,
              interpolation_from(arguments["interpolation"].get<std::string>()));
  }
  for (const char* name : {"contour_width", "selected_only", "shuffle"}) {
    if (arguments.contains(name) && !look.labels) return is_no("label");
  }
  KARYO_CHECK_OK(change_vector_look(look, arguments));
  if (!look.labels) return {};
  look.labels->selected_only = arguments.value("selected_only", look.labels->selected_only);
  if (arguments.contains("contour_width")) {
    look.labels->contour_width = whole(arguments["contour_width"], 0, 100);
  }
  if (arguments.contains("shuffle")) {
    look.labels->colors.shuffle = whole(arguments["shuffle"], 0, 1000000);
  }
  return {};
}

}  // namespace

Result<void> set_layer_look(Workspace& workspace, const json& arguments) {
  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments, true));
  LayerLook look = look_of(*layer);
  look.visible = arguments.value("visible", look.visible);
  look.locked = arguments.value("locked", look.locked);
  look.opacity = arguments.value("opacity", look.opacity);
  if (const std::string name = arguments.value("name", ""); !name.empty()) {
    if (workspace.layers().unique_name(name, layer) != name) {
      return Error(ErrorCode::kInvalidArgument, "another layer is called \"" + name + "\"",
                   "Choose a name that no other layer has.");
    }
    look.name = name;
  }
  if (arguments.contains("blending")) {
    KARYO_TRY(look.blending, blending_from(arguments["blending"].get<std::string>()));
  }
  if (arguments.contains("spacing") || arguments.contains("origin") || arguments.contains("unit")) {
    KARYO_TRY(look.place, place_from(*layer, arguments));
  }
  KARYO_CHECK_OK(change_kind_look(look, *layer, arguments));
  if (layer->locked() && look.locked) {
    LayerLook allowed = look_of(*layer);
    allowed.visible = look.visible;
    if (!(allowed == look)) return target_layer(workspace, arguments).error();
  }
  apply_look(*layer, look);
  if (arguments.contains("group")) {
    LayerList& layers = workspace.layers();
    layers.put_in_group(layers.find(layer), arguments["group"].get<std::string>());
  }
  return {};
}

Result<void> set_layer_channel(Workspace& workspace, const json& arguments) {
  KARYO_TRY(auto* const image, target_as<ImageLayer>(workspace, arguments, "image"));
  const double number = arguments.value("channel", 1.0);
  if (!(number >= 1 && number <= static_cast<double>(image->channel_count()))) {
    return Error(ErrorCode::kInvalidArgument,
                 image->name() + " has no channel " + json(number).dump(),
                 "Channels count from 1 to " + std::to_string(image->channel_count()) + ".");
  }
  const auto c = static_cast<std::int64_t>(number) - 1;
  ChannelDisplay display = image->channel(c);
  display.limits.low = arguments.value("low", display.limits.low);
  display.limits.high = arguments.value("high", display.limits.high);
  display.gamma = arguments.value("gamma", display.gamma);
  display.visible = arguments.value("visible", display.visible);
  display.inverted = arguments.value("inverted", display.inverted);
  if (arguments.contains("colormap")) {
    KARYO_TRY(display.colormap, colormap(arguments["colormap"].get<std::string>()));
  }
  image->set_channel(c, std::move(display));
  return {};
}

}  // namespace karyo
