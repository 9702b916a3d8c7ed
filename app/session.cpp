#include "app/session.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/look_json.h"
#include "app/measurement_json.h"
#include "app/volume_json.h"
#include "core/base/atomic_file.h"
#include "core/layers/layer_look.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::uintmax_t kMostBytes = std::uint64_t{16} << 20;
constexpr std::size_t kMostLayers = 1000;

constexpr std::array<const char*, 5> kLayouts{"quad", "plane", "3d", "columns", "grid"};
constexpr std::array<const char*, 3> kProjections{"maximum", "minimum", "mean"};

template <std::size_t N>
std::size_t place_of(const std::array<const char*, N>& names, const std::string& name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (name == names[i]) return i;
  }
  return 0;
}

json view_json(const Workspace& workspace) {
  const ViewState& view = workspace.view();
  const WorldPoint& cursor = view.cursor();
  json planes = json::object();
  for (const Plane plane : kPlanes) {
    const PlaneView& framing = view.view(plane);
    planes[name_of(plane)] = {{"zoom", framing.zoom},
                              {"centre", {framing.centre.z, framing.centre.y, framing.centre.x}}};
  }
  return {{"cursor", {cursor.z, cursor.y, cursor.x}},
          {"time", view.time()},
          {"linked", view.linked()},
          {"layout", kLayouts[static_cast<std::size_t>(view.layout())]},
          {"plane", name_of(view.maximised())},
          {"slab",
           {{"thickness", view.slab().thickness},
            {"projection", kProjections[static_cast<std::size_t>(view.slab().projection)]}}},
          {"planes", planes},
          {"volume", volume_json(workspace.volume().look(), workspace.volume().camera())}};
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
  view.plane = plane_from(in.value("plane", "xy")).value_or(Plane::kXY);
  if (in.contains("slab")) {
    view.slab.thickness = in["slab"].value("thickness", 0.0);
    view.slab.projection =
        static_cast<Projection>(place_of(kProjections, in["slab"].value("projection", "maximum")));
  }
  for (const Plane plane : kPlanes) {
    const char* name = name_of(plane);
    if (!in.at("planes").contains(name)) continue;
    const json& framing = in["planes"][name];
    view.planes[static_cast<std::size_t>(plane)] = {framing.at("zoom").get<double>(),
                                                    point_from(framing.at("centre"))};
  }
  if (in.contains("volume")) take_volume(in["volume"], view);
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
                         std::vector<std::string>* left_out, const KeptIn& kept_in) {
  json layers = json::array();
  std::error_code failed;
  for (int i = 0; i < workspace.layers().count(); ++i) {
    const Layer& layer = workspace.layers().at(i);
    const bool kept = layer.source().path.empty();
    const fs::path path = !kept ? layer.source().path : kept_in ? kept_in(layer) : fs::path();
    if (path.empty()) {
      if (left_out != nullptr) left_out->push_back(layer.name());
      continue;
    }
    const fs::path absolute = fs::absolute(path, failed);
    const fs::path relative = absolute.lexically_relative(folder);
    json entry = look_json(look_of(layer));
    entry["kind"] = name_of(layer.kind());
    entry["path"] = relative.empty() ? absolute.string() : relative.string();
    entry["absolute_path"] = absolute.string();
    if (!layer.source().part.empty()) entry["part"] = layer.source().part;
    if (kept) entry["kept"] = true;
    entry["selected_layer"] = workspace.layers().selected() == &layer;
    layers.push_back(std::move(entry));
  }
  const json session{{"karyoscope_session", kVersion},
                     {"layers", layers},
                     {"view", view_json(workspace)},
                     {"measurements", measurements_json(workspace.measurements().rows())}};
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
      layer.kept = entry.value("kept", false);
      layer.look = look_from(entry);
      layer.selected = entry.value("selected_layer", false);
      layers.push_back(std::move(layer));
    }
    SessionView view = view_from(session.at("view"));
    if (session.contains("measurements")) {
      view.measurements = measurements_from(session["measurements"]);
    }
    workspace.open_arranged(std::move(layers), std::move(view));
  } catch (const std::exception& broken) {  // json's, and look_from's
    return no_session(path,
                      std::string("it is not as a session should be (") + broken.what() + ")");
  }
  return {};
}

}  // namespace karyo
