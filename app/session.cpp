#include "app/session.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/vector_look_json.h"
#include "core/base/atomic_file.h"
#include "core/layers/layer_look.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::uintmax_t kMostBytes = std::uint64_t{16} << 20;
constexpr std::size_t kMostLayers = 1000;

constexpr std::array<const char*, 3> kInterpolations{"blocks", "linear", "cubic"};
constexpr std::array<const char*, 5> kLayouts{"quad", "plane", "3d", "columns", "grid"};
constexpr std::array<const char*, 3> kPlaneNames{"xy", "xz", "yz"};
constexpr std::array<const char*, 3> kProjections{"maximum", "minimum", "mean"};

template <std::size_t N>
std::size_t place_of(const std::array<const char*, N>& names, const std::string& name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (name == names[i]) return i;
  }
  return 0;
}

json color_json(Rgb c) {
  return json::array({c.r, c.g, c.b});
}
Rgb color_from(const json& value) {
  const auto part = [&](std::size_t i) {
    return static_cast<std::uint8_t>(std::clamp(value.at(i).get<int>(), 0, 255));
  };
  return {part(0), part(1), part(2)};
}

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
    out["interpolation"] = kInterpolations[static_cast<std::size_t>(look.image->interpolation)];
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
    out["colors"] = {{"shuffle", look.labels->colors.shuffle}, {"own", own}};
  }
  add_vector_look(out, look);
  return out;
}

/// Throws json's exceptions where the file is not as it should be; read_session catches them.
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
    look.image->interpolation =
        static_cast<Interpolation>(place_of(kInterpolations, in.value("interpolation", "blocks")));
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

json view_json(const Workspace& workspace) {
  const ViewState& view = workspace.view();
  const WorldPoint& cursor = view.cursor();
  json planes = json::object();
  for (const Plane plane : kPlanes) {
    const PlaneView& framing = view.view(plane);
    planes[kPlaneNames[static_cast<std::size_t>(plane)]] = {
        {"zoom", framing.zoom}, {"centre", {framing.centre.z, framing.centre.y, framing.centre.x}}};
  }
  return {{"cursor", {cursor.z, cursor.y, cursor.x}},
          {"time", view.time()},
          {"linked", view.linked()},
          {"layout", kLayouts[static_cast<std::size_t>(view.layout())]},
          {"plane", kPlaneNames[static_cast<std::size_t>(view.maximised())]},
          {"slab",
           {{"thickness", view.slab().thickness},
            {"projection", kProjections[static_cast<std::size_t>(view.slab().projection)]}}},
          {"planes", planes}};
}

WorldPoint point_from(const json& value) {
  return {value.at(0).get<double>(), value.at(1).get<double>(), value.at(2).get<double>()};
}

SessionView view_from(const json& in) {
  SessionView view;
  view.cursor = point_from(in.at("cursor"));
  view.time = in.value("time", std::int64_t{0});
  view.linked = in.value("linked", true);
  view.layout = static_cast<ViewLayoutKind>(place_of(kLayouts, in.value("layout", "quad")));
  view.plane = static_cast<Plane>(place_of(kPlaneNames, in.value("plane", "xy")));
  if (in.contains("slab")) {
    view.slab.thickness = in["slab"].value("thickness", 0.0);
    view.slab.projection =
        static_cast<Projection>(place_of(kProjections, in["slab"].value("projection", "maximum")));
  }
  for (const Plane plane : kPlanes) {
    const char* name = kPlaneNames[static_cast<std::size_t>(plane)];
    if (!in.at("planes").contains(name)) continue;
    const json& framing = in["planes"][name];
    view.planes[static_cast<std::size_t>(plane)] = {framing.at("zoom").get<double>(),
                                                    point_from(framing.at("centre"))};
  }
  return view;
}

Error no_session(const fs::path& path, const std::string& what) {
  return {ErrorCode::kBadFile, path.string() + ": " + what,
          "Open a file that Karyoscope saved as a session (" + std::string(kSessionEnding) + ")."};
}

}  // namespace

bool is_session(const fs::path& path) {
  return path.string().ends_with(kSessionEnding);
}

std::string session_text(const fs::path& folder, const Workspace& workspace,
                         std::vector<std::string>* left_out) {
  json layers = json::array();
  std::error_code failed;
  for (int i = 0; i < workspace.layers().count(); ++i) {
    const Layer& layer = workspace.layers().at(i);
    if (layer.source().path.empty()) {
      if (left_out != nullptr) left_out->push_back(layer.name());
      continue;
    }
    const fs::path absolute = fs::absolute(layer.source().path, failed);
    const fs::path relative = absolute.lexically_relative(folder);
    json entry = look_json(look_of(layer));
    entry["kind"] = name_of(layer.kind());
    entry["path"] = relative.empty() ? absolute.string() : relative.string();
    entry["absolute_path"] = absolute.string();
    if (!layer.source().part.empty()) entry["part"] = layer.source().part;
    entry["selected_layer"] = workspace.layers().selected() == &layer;
    layers.push_back(std::move(entry));
  }
  const json session{
      {"karyoscope_session", kVersion}, {"layers", layers}, {"view", view_json(workspace)}};
  return session.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<void> save_session(const fs::path& path, const Workspace& workspace,
                          std::vector<std::string>* left_out) {
  std::error_code failed;
  const fs::path folder = fs::absolute(path, failed).parent_path();
  return write_file_atomically(path, session_text(folder, workspace, left_out));
}

Result<void> open_session(const fs::path& path, Workspace& workspace) {
  KARYO_TRY(const std::string text, read_file(path, kMostBytes));
  const json session = json::parse(text, nullptr, false);
  if (session.is_discarded() || !session.is_object() || !session.contains("karyoscope_session")) {
    return no_session(path, "this is no session");
  }
  try {
    if (session["karyoscope_session"].get<int>() > kVersion) {
      return Error(ErrorCode::kUnsupported, path.string() + " was saved by a newer version",
                   "Install that version of Karyoscope.");
    }
    std::vector<SessionLayer> layers;
    for (const json& entry : session.at("layers")) {
      if (layers.size() == kMostLayers) return no_session(path, "it names too many layers");
      SessionLayer layer;
      layer.path = path.parent_path() / entry.at("path").get<std::string>();
      layer.otherwise = entry.value("absolute_path", "");
      layer.part = entry.value("part", "");
      layer.as = entry.value("kind", "image") == "labels" ? OpenAs::kLabels : OpenAs::kImage;
      layer.look = look_from(entry);
      layer.selected = entry.value("selected_layer", false);
      layers.push_back(std::move(layer));
    }
    workspace.open_arranged(std::move(layers), view_from(session.at("view")));
  } catch (const std::exception& broken) {  // json's, and look_from's
    return no_session(path,
                      std::string("it is not as a session should be (") + broken.what() + ")");
  }
  return {};
}

}  // namespace karyo
