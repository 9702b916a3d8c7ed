#include "app/look_json.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>
#include <utility>

#include "app/dataset_journal.h"
#include "app/vector_look_json.h"

namespace karyo {
namespace {

using nlohmann::json;

json colormap_json(const Colormap& map) {
  const auto known = colormap(map.name);
  if (known && *known == map) return map.name;
  json table = json::array();
  for (const Rgb& c : *map.table) table.push_back(color_json(c));
  return {{"name", map.name}, {"table", table}};
}
Colormap colormap_from(const json& value) {
  if (value.is_string()) {
    auto map = colormap(value.get<std::string>());
    return map ? *std::move(map) : gray_colormap();
  }
  ColorTable table;
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = color_from(value.at("table").at(i));
  return {value.at("name").get<std::string>(), std::make_shared<const ColorTable>(table)};
}

}  // namespace

json color_json(Rgb color) {
  return json::array({color.r, color.g, color.b});
}

Rgb color_from(const json& value, Rgb standard) {
  if (value.is_null()) return standard;
  const auto part = [&](std::size_t i) {
    return static_cast<std::uint8_t>(std::clamp(value.at(i).get<double>(), 0.0, 255.0));
  };
  return {part(0), part(1), part(2)};
}

json look_json(const LayerLook& look) {
  json out{{"name", look.name},
           {"visible", look.visible},
           {"locked", look.locked},
           {"opacity", look.opacity},
           {"blending", name_of(look.blending)}};
  if (!look.group.empty()) out["group"] = look.group;
  if (look.place) {
    out["place"] = {
        {"spacing", {look.place->spacing_z, look.place->spacing_y, look.place->spacing_x}},
        {"origin", {look.place->origin_z, look.place->origin_y, look.place->origin_x}},
        {"unit", look.place->unit}};
  }
  if (look.image) {
    json channels = json::array();
    for (const ChannelDisplay& channel : look.image->channels) {
      channels.push_back({{"name", channel.name},
                          {"visible", channel.visible},
                          {"limits", {channel.limits.low, channel.limits.high}},
                          {"gamma", channel.gamma},
                          {"colormap", colormap_json(channel.colormap)},
                          {"inverted", channel.inverted}});
    }
    out["channels"] = channels;
    out["interpolation"] = name_of(look.image->interpolation);
    out["percentiles"] = {look.image->percentiles.low, look.image->percentiles.high};
  }
  if (look.labels) {
    json own = json::object();
    for (const auto& [id, color] : look.labels->colors.own) {
      own[std::to_string(id)] = color_json(color);
    }
    out["contour_width"] = look.labels->contour_width;
    out["selected"] = look.labels->selected;
    out["selected_only"] = look.labels->selected_only;
    if (look.labels->by_class) out["by_class"] = true;
    const bool says = look.labels->notes && *look.labels->notes != ObjectNotes();
    if (says) out["objects"] = json::parse(text_of(*look.labels->notes));
    out["colors"] = {{"shuffle", look.labels->colors.shuffle}, {"own", own}};
  }
  add_vector_look(out, look);
  return out;
}

LayerLook look_from(const json& in) {
  LayerLook look;
  look.name = in.at("name").get<std::string>();
  look.group = in.value("group", "");
  look.visible = in.value("visible", true);
  look.locked = in.value("locked", false);
  look.opacity = in.value("opacity", 1.0);
  if (auto blending = blending_from(in.value("blending", "translucent"))) look.blending = *blending;
  if (in.contains("place")) {
    const json& place = in["place"];
    VoxelGrid grid;
    grid.unit = place.value("unit", "pixel");
    const auto three = [&](const char* name, double& z, double& y, double& x) {
      z = place.at(name).at(0).get<double>();
      y = place.at(name).at(1).get<double>();
      x = place.at(name).at(2).get<double>();
    };
    three("spacing", grid.spacing_z, grid.spacing_y, grid.spacing_x);
    three("origin", grid.origin_z, grid.origin_y, grid.origin_x);
    look.place = grid;
  }
  if (in.contains("channels")) {
    look.image.emplace();
    for (const json& channel : in["channels"]) {
      ChannelDisplay display;
      display.name = channel.value("name", "");
      display.visible = channel.value("visible", true);
      display.limits = {channel.at("limits").at(0).get<double>(),
                        channel.at("limits").at(1).get<double>()};
      display.gamma = channel.value("gamma", 1.0);
      display.colormap = colormap_from(channel.at("colormap"));
      display.inverted = channel.value("inverted", false);
      look.image->channels.push_back(std::move(display));
    }
    if (auto how = interpolation_from(in.value("interpolation", "blocks"))) {
      look.image->interpolation = *how;
    }
    if (in.contains("percentiles")) {
      look.image->percentiles = {in["percentiles"].at(0).get<double>(),
                                 in["percentiles"].at(1).get<double>()};
    }
  }
  if (in.contains("contour_width")) {
    look.labels.emplace();
    look.labels->contour_width = in["contour_width"].get<int>();
    look.labels->selected = in.value("selected", std::uint32_t{0});
    look.labels->selected_only = in.value("selected_only", false);
    look.labels->by_class = in.value("by_class", false);
    if (in.contains("objects")) {
      auto notes = object_notes_from(in["objects"].dump());
      if (!notes) throw std::invalid_argument(notes.error().what);
      look.labels->notes = std::make_shared<const ObjectNotes>(*std::move(notes));
    }
    if (in.contains("colors")) {
      look.labels->colors.shuffle = in["colors"].value("shuffle", 0);
      const json own = in["colors"].value("own", json::object());
      for (const auto& [id, color] : own.items()) {
        std::uint32_t number = 0;
        const auto read = std::from_chars(id.data(), id.data() + id.size(), number);
        if (read.ec != std::errc() || *read.ptr != '\0') {
          throw std::invalid_argument("\"" + id + "\" is no object's number");
        }
        look.labels->colors.own[number] = color_from(color);
      }
    }
  }
  take_vector_look(in, look);
  return look;
}

}  // namespace karyo
