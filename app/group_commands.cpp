#include <algorithm>
#include <cmath>
#include <utility>

#include "app/layer_commands.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

const Argument kGroup{"group", Kind::kText, "its name; the selected layer's when absent"};

struct Group {
  std::string name;
  std::vector<Layer*> layers;  ///< from the bottom, at least one
};

/// The group that a command's argument "group" names, else the selected layer's.
Result<Group> target_group(const LayerList& layers, const json& arguments) {
  const Layer* selected = layers.selected();
  Group group{selected != nullptr ? selected->group() : std::string(), {}};
  if (arguments.contains("group")) group.name = arguments["group"].get<std::string>();
  group.layers = layers.in_group(group.name);
  if (!group.layers.empty()) return group;
  if (group.name.empty()) {
    return Error(ErrorCode::kNotFound, "the selected layer is in no group",
                 "Name a group, or make one with Layer › Group….");
  }
  std::string known, last;
  for (int i = 0; i < layers.count(); ++i) {
    const std::string& name = layers.at(i).group();
    if (!name.empty() && name != last) known += (known.empty() ? "" : ", ") + name;
    last = name;
  }
  return Error(ErrorCode::kNotFound, "there is no group \"" + group.name + "\"",
               known.empty() ? "Make one with Layer › Group…." : "There are: " + known + ".");
}

Result<void> toggle_group(LayerList& layers, const json& arguments) {
  KARYO_TRY(const Group group, target_group(layers, arguments));
  const bool shown = std::any_of(group.layers.begin(), group.layers.end(),
                                 [](const Layer* layer) { return layer->visible(); });
  for (Layer* layer : group.layers) layer->set_visible(!shown);
  return {};
}

Result<void> rename_group(LayerList& layers, const json& arguments) {
  KARYO_TRY(const Group group, target_group(layers, arguments));
  const auto name = arguments["name"].get<std::string>();
  if (name == group.name) return {};
  if (!layers.in_group(name).empty()) {
    return Error(ErrorCode::kInvalidArgument, "another group is called \"" + name + "\"",
                 "Choose a name that no other group has.");
  }
  for (Layer* layer : group.layers) layer->set_group(name);
  return {};
}

Result<void> move_group(LayerList& layers, const json& arguments) {
  KARYO_TRY(const Group group, target_group(layers, arguments));
  const double to = arguments["to"].get<double>();
  if (!(to >= 1 && to <= layers.count() && to == std::floor(to))) {
    return Error(
        ErrorCode::kInvalidArgument, "there is no such place in the list of layers",
        "Places count from 1 at the bottom to " + std::to_string(layers.count()) + " at the top.");
  }
  layers.move_group(group.name, static_cast<int>(to) - 1);
  return {};
}

}  // namespace

void add_group_commands(CommandTable& commands, Workspace& workspace) {
  LayerList& layers = workspace.layers();
  const auto grouped = [&layers] {
    return layers.selected() != nullptr && !layers.selected()->group().empty();
  };
  commands.add({"layer.ungroup",
                "Layer",
                "Ungroup",
                "",
                "Takes the selected layer out of its group; the others stay in it.",
                [&workspace, &layers](const json& arguments) -> Result<void> {
                  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments, true));
                  layers.put_in_group(layers.find(layer), {});
                  return {};
                },
                grouped,
                {},
                {layer_argument()}});
  commands.add({"layer.toggle_group",
                "Layer",
                "Show or hide group",
                "Shift+V",
                "Hides all layers of a group; shows them all where none is to be seen.",
                [&layers](const json& arguments) { return toggle_group(layers, arguments); },
                grouped,
                {},
                {kGroup}});
  commands.add({"layer.rename_group",
                "",
                "",
                "",
                "Gives a group of layers another name.",
                [&layers](const json& arguments) { return rename_group(layers, arguments); },
                [] { return true; },
                {},
                {kGroup, {"name", Kind::kText, "its new name; empty: no group any more", true}},
                false,
                "rename group"});
  commands.add(
      {"layer.move_group",
       "",
       "",
       "",
       "Moves the layers of a group to a place in the list.",
       [&layers](const json& arguments) { return move_group(layers, arguments); },
       [] { return true; },
       {},
       {kGroup, {"to", Kind::kNumber, "place of its lowest layer, 1 at the bottom", true}},
                false,
                "move group"});
}

}  // namespace karyo
