#include "app/volume_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace karyo {
namespace {

using nlohmann::json;

constexpr std::array<const char*, kVolumeMethodCount> kMethods{
    "maximum", "minimum", "average", "attenuated", "composite", "isosurface", "none"};

// Places are z, y, x, as everywhere in files.
json world_json(const World& place) {
  return json::array({place.z, place.y, place.x});
}

World world_from(const json& value) {
  const World place{value.at(2).get<double>(), value.at(1).get<double>(),
                    value.at(0).get<double>()};
  if (!std::isfinite(dot(place, place)))
    throw std::invalid_argument("a place in 3D is too far away");
  return place;
}

World direction_from(const json& value) {
  const World direction = world_from(value);
  const double length = std::sqrt(dot(direction, direction));
  if (!(length > 0)) throw std::invalid_argument("a direction in 3D has no length");
  return direction * (1 / length);
}

json plane_json(const CutPlane& plane) {
  return {{"on", plane.on}, {"normal", world_json(plane.normal)}, {"distance", plane.distance}};
}

CutPlane plane_from(const json& in) {
  return {in.value("on", false), direction_from(in.at("normal")), in.value("distance", 0.0)};
}

Camera camera_from(const json& in) {
  Camera camera;
  camera.focus = world_from(in.at("focus"));
  const World forward = direction_from(in.at("forward"));
  const World right = cross(direction_from(in.at("down")), forward);
  if (!(dot(right, right) > 1e-6)) throw std::invalid_argument("3D is seen along its vertical");
  const World across = right * (1 / std::sqrt(dot(right, right)));
  camera.look_along(forward, cross(forward, across));  // at right angles again
  camera.height = in.at("height").get<double>();
  if (!(camera.height > 0)) throw std::invalid_argument("3D has no height");
  camera.orthographic = in.value("orthographic", false);
  return camera;
}

}  // namespace

json volume_json(const VolumeLook& look, const std::optional<Camera>& camera) {
  json opacity = json::array();
  for (const auto& point : look.opacity.points()) {
    opacity.push_back(json::array({point.strength, point.opacity}));
  }
  json out{{"method", kMethods[static_cast<std::size_t>(look.method)]},
           {"attenuation", look.attenuation},
           {"opacity_curve", opacity},
           {"threshold", look.threshold},
           {"labels_as_voxels", look.labels_as_voxels},
           {"crop",
            {{"on", look.crop_on},
             {"low", world_json(look.crop.low)},
             {"high", world_json(look.crop.high)}}},
           {"clip", plane_json(look.clip)},
           {"slice", plane_json(look.slice)}};
  if (camera) {
    out["camera"] = {{"focus", world_json(camera->focus)},
                     {"forward", world_json(camera->forward)},
                     {"down", world_json(camera->down)},
                     {"height", camera->height},
                     {"orthographic", camera->orthographic}};
  }
  return out;
}

void take_volume(const json& in, SessionView& view) {
  VolumeLook look;
  const auto* method =
      std::find(kMethods.begin(), kMethods.end(), in.value("method", std::string(kMethods[0])));
  if (method != kMethods.end()) {
    look.method = static_cast<VolumeMethod>(method - kMethods.begin());
  }
  look.attenuation = std::clamp(in.value("attenuation", look.attenuation), 0.0, 10.0);
  look.threshold = std::clamp(in.value("threshold", look.threshold), 0.0, 1.0);
  look.labels_as_voxels = in.value("labels_as_voxels", false);
  if (in.contains("opacity_curve")) {
    std::vector<OpacityCurve::Point> points;
    for (const json& point : in["opacity_curve"]) {
      points.push_back({point.at(0).get<double>(), point.at(1).get<double>()});
    }
    auto curve = OpacityCurve::of(std::move(points));
    if (!curve) throw std::invalid_argument(curve.error().what);
    look.opacity = *std::move(curve);
  }
  if (in.contains("crop")) {
    look.crop_on = in["crop"].value("on", false);
    look.crop = {world_from(in["crop"].at("low")), world_from(in["crop"].at("high"))};
  }
  if (in.contains("clip")) look.clip = plane_from(in["clip"]);
  if (in.contains("slice")) look.slice = plane_from(in["slice"]);
  view.volume = look;
  if (in.contains("camera")) view.camera = camera_from(in["camera"]);
}

}  // namespace karyo
