#include "app/layer_commands.h"

#include <algorithm>

#include "app/layer_settings.h"
#include "core/layers/layer_look.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

const Argument kLayer = layer_argument();

Error is_locked(const Layer& layer) {
  return {ErrorCode::kInvalidArgument, layer.name() + " is locked", "Unlock it with Layer › Lock."};
}

}  // namespace

Argument layer_argument() {
  return {"layer", Argument::Kind::kText, "name of the layer; the selected one when absent"};
}

Result<Layer*> target_layer(Workspace& workspace, const json& arguments, bool may_be_locked) {
  LayerList& layers = workspace.layers();
  Layer* layer = layers.selected();
  if (arguments.contains("layer")) {
    const auto name = arguments["layer"].get<std::string>();
    layer = nullptr;
    for (int i = layers.count() - 1; i >= 0 && layer == nullptr; --i) {
      if (layers.at(i).name() == name) layer = &layers.at(i);
    }
    if (layer == nullptr) {
      std::string known;
      for (int i = 0; i < layers.count(); ++i) known += (i > 0 ? ", " : "") + layers.at(i).name();
      return Error(ErrorCode::kNotFound, "there is no layer \"" + name + "\"",
                   known.empty() ? "Open a file first." : "Open are: " + known + ".");
    }
  }
  if (layer == nullptr) {
    return Error(ErrorCode::kNotFound, "no layer is selected", "Select one in the list of layers.");
  }
  if (layer->locked() && !may_be_locked) return is_locked(*layer);
  return layer;
}

namespace {

/// One layer a channel in the place of the image, their light added up.
Result<void> split_channels(Workspace& workspace, const json& arguments) {
  KARYO_TRY(auto* const image, target_as<ImageLayer>(workspace, arguments, "image"));
  if (image->channel_count() < 2 || image->pages()) {
    return Error(ErrorCode::kInvalidArgument,
                 image->name() + (image->pages() ? " stays in its file" : " has one channel only"),
                 "Channels of images in memory can be split.");
  }
  LayerList& layers = workspace.layers();
  const int position = layers.find(image);
  const std::shared_ptr<Layer> kept = layers.remove(position);
  const Volume& whole = *image->shared_volume();
  const VolumeShape shape = whole.shape();
  const std::size_t bytes = static_cast<std::size_t>(shape.zyx().count()) * bytes_of(whole.type());
  for (std::int64_t c = 0; c < image->channel_count(); ++c) {
    auto volume = std::make_shared<Volume>(
        whole.type(), VolumeShape{shape.t, 1, shape.z, shape.y, shape.x}, whole.grid);
    for (std::int64_t t = 0; t < shape.t; ++t) {
      std::copy_n(whole.data() + static_cast<std::size_t>(t * shape.c + c) * bytes, bytes,
                  volume->data() + static_cast<std::size_t>(t) * bytes);
    }
    auto layer = std::make_shared<ImageLayer>(image->name() + " – " + image->channel(c).name,
                                              std::move(volume));
    ChannelDisplay display = image->channel(c);
    if (image->rgb()) {
      static constexpr std::array<const char*, 3> kPrimaries{"red", "green", "blue"};
      display.colormap = *colormap(kPrimaries[static_cast<std::size_t>(c)]);
    }
    layer->set_channel(0, std::move(display));
    layer->set_opacity(image->opacity());
    layer->set_group(image->group());
    layer->set_blending(c == 0 ? image->blending() : Blending::kAdditive);
    layers.insert(position + static_cast<int>(c), std::move(layer));
  }
  return {};
}

Result<void> move_layer(Workspace& workspace, const json& arguments, int by) {
  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments, true));
  const int from = workspace.layers().find(layer);
  const int to = arguments.contains("to")
                     ? static_cast<int>(std::clamp(arguments["to"].get<double>() - 1, -1.0, 1e6))
                     : from + by;
  if (to < 0 || to >= workspace.layers().count()) {
    return Error(ErrorCode::kInvalidArgument, "there is no such place in the list of layers",
                 "Places count from 1 at the bottom to " +
                     std::to_string(workspace.layers().count()) + " at the top.");
  }
  workspace.layers().move(from, to);
  if (arguments.contains("group")) {
    workspace.layers().put_in_group(to, arguments["group"].get<std::string>());
  }
  return {};
}

}  // namespace

void add_layer_commands(CommandTable& commands, Workspace& workspace) {
  LayerList& layers = workspace.layers();
  const auto selected = [&layers] { return layers.selected() != nullptr; };
  const auto unlocked = [&layers] {
    return layers.selected() != nullptr && !layers.selected()->locked();
  };
  commands.add({"layer.toggle",
                "Layer",
                "Show or hide",
                "V",
                "Shows or hides the selected layer, to compare with what lies beneath.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments, true));
                  layer->set_visible(!layer->visible());
                  return {};
                },
                selected,
                {},
                {kLayer}});
  commands.add({"layer.lock",
                "Layer",
                "Lock",
                "",
                "Keeps the selected layer from being closed or changed by mistake.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments, true));
                  layer->set_locked(!layer->locked());
                  return {};
                },
                selected,
                [&layers] { return layers.selected() && layers.selected()->locked(); },
                {kLayer}});
  commands.add({"layer.up",
                "Layer",
                "Move up",
                "Ctrl+PgUp",
                "Moves the selected layer up; upper layers cover lower ones.",
                [&workspace](const json& arguments) { return move_layer(workspace, arguments, 1); },
                [&layers] {
                  const int at = layers.find(layers.selected());
                  return at >= 0 && at + 1 < layers.count();
                },
                {},
                {kLayer}});
  commands.add(
      {"layer.down",
       "Layer",
       "Move down",
       "Ctrl+PgDown",
       "Moves the selected layer down, beneath its neighbour.",
       [&workspace](const json& arguments) { return move_layer(workspace, arguments, -1); },
       [&layers] { return layers.find(layers.selected()) > 0; },
       {},
       {kLayer}});
  commands.add({"layer.duplicate",
                "Layer",
                "Duplicate",
                "Ctrl+Shift+D",
                "Adds a copy of the selected layer that can be shown otherwise.",
                [&workspace, &layers](const json& arguments) -> Result<void> {
                  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments, true));
                  auto copy = duplicate(*layer);
                  copy->set_name(layer->name() + " copy");
                  layers.insert(layers.find(layer) + 1, copy);
                  layers.select(copy.get());
                  return {};
                },
                selected,
                {},
                {kLayer}});
  commands.add(
      {"layer.split_channels",
       "Layer",
       "Split channels",
       "",
       "Makes a layer of each channel, so that each can be moved, hidden and saved.",
       [&workspace](const json& arguments) { return split_channels(workspace, arguments); },
       [&layers] {
         const auto* image = dynamic_cast<const ImageLayer*>(layers.selected());
         return image != nullptr && image->channel_count() > 1;
       },
       {},
       {kLayer}});
  commands.add({"layer.convert",
                "Layer",
                "Change between image and labels",
                "",
                "Takes the selected layer's values for object numbers, or labels for an image.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments));
                  return workspace.convert(*layer);
                },
                unlocked,
                {},
                {kLayer}});
  commands.add({"layer.delete",
                "Layer",
                "Close layer",
                "Delete",
                "Closes the selected layer. Its file stays as it is.",
                [&workspace, &layers](const json& arguments) -> Result<void> {
                  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments));
                  layers.remove(layers.find(layer));
                  return {};
                },
                unlocked,
                {},
                {kLayer}});

  commands.add({"layer.select",
                "",
                "",
                "",
                "Selects a layer.",
                [&workspace, &layers](const json& arguments) -> Result<void> {
                  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments, true));
                  layers.select(layer);
                  return {};
                },
                [] { return true; },
                {},
                {{"layer", Kind::kText, "name of the layer", true}}});
  commands.add({"layer.move",
                "",
                "",
                "",
                "Moves a layer to a place in the list.",
                [&workspace](const json& arguments) { return move_layer(workspace, arguments, 0); },
                [] { return true; },
                {},
                {kLayer,
                 {"to", Kind::kNumber, "place, 1 at the bottom", true},
                 {"group", Kind::kText, "group it is in then; empty: none; absent: by its place"}},
                false,
                "move layer"});
  commands.add(
      {"layer.set",
       "",
       "",
       "",
       "Changes how a layer is shown.",
       [&workspace](const json& arguments) { return set_layer_look(workspace, arguments); },
       [] { return true; },
       {},
       {kLayer,
        {"name", Kind::kText, "its new name"},
        {"group", Kind::kText, "name of the group it is put into; empty: of none"},
        {"visible", Kind::kBool, "shown or hidden"},
        {"locked", Kind::kBool, "locked or not"},
        {"opacity", Kind::kNumber, "0 to 1"},
        {"blending", Kind::kText, "translucent, additive, minimum, opaque"},
        {"interpolation", Kind::kText, "blocks, linear, cubic"},
        {"spacing", Kind::kNumbers, "z, y, x"},
        {"origin", Kind::kNumbers, "z, y, x of its corner, in its unit"},
        {"unit", Kind::kText, "of spacing and origin, as um"},
        {"contour_width", Kind::kNumber, "of labels, pixels; 0: filled"},
        {"selected_only", Kind::kBool, "of labels"},
        {"shuffle", Kind::kNumber, "order of the labels' colours"},
        {"size", Kind::kNumber, "of points, across"},
        {"on_screen", Kind::kBool, "size in screen pixels, else in voxels"},
        {"color", Kind::kNumbers, "of points, shapes and surfaces: red, green, blue, 0 to 255"},
        {"width", Kind::kNumber, "of lines, screen pixels"},
        {"fill", Kind::kBool, "of shapes"},
        {"wireframe", Kind::kBool, "of surfaces in 3D: edges only"},
        {"own_colors", Kind::kBool, "of surfaces: as their file has them"},
        {"show_text", Kind::kBool, "texts of points, names of shapes, numbers of tracks"},
        {"tail", Kind::kNumber, "of tracks, frames"},
        {"selected", Kind::kNumber, "point or shape, from 1; 0: none"}}});
  commands.add(
      {"layer.set_channel",
       "",
       "",
       "",
       "Changes how a channel is shown.",
       [&workspace](const json& arguments) { return set_layer_channel(workspace, arguments); },
       [] { return true; },
       {},
       {kLayer,
        {"channel", Kind::kNumber, "from 1"},
        {"low", Kind::kNumber, "shown black"},
        {"high", Kind::kNumber, "shown in full colour"},
        {"gamma", Kind::kNumber, "0.1 to 10"},
        {"colormap", Kind::kText, "gray, magma, viridis, ..."},
        {"inverted", Kind::kBool, "dark for high values"},
        {"visible", Kind::kBool, "shown or not"}}});
  commands.add({"layer.go_to",
                "",
                "",
                "",
                "Selects an object and goes there.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(auto* const labels,
                            target_as<LabelsLayer>(workspace, arguments, "label"));
                  const double id = arguments["object"].get<double>();
                  if (!(id >= 1 && id <= 4294967295.0)) {
                    return Error(ErrorCode::kInvalidArgument, "objects are numbered from 1",
                                 "Give the number of an object.");
                  }
                  return workspace.go_to_object(*labels, static_cast<std::uint32_t>(id));
                },
                [] { return true; },
                {},
                {kLayer, {"object", Kind::kNumber, "its number", true}}});
}

}  // namespace karyo
