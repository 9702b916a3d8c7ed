#include "models/stardist/rays.h"

#include <cmath>
#include <numbers>
#include <string>
#include <utility>

namespace karyo::stardist {

Rays3d golden_spiral(int n, const std::array<double, 3>& anisotropy) {
  const double turn = std::numbers::pi * (3 - std::sqrt(5.0));
  const double step = 2.0 / (n - 1);
  std::vector<Point3> ends;
  for (int i = 0; i < n; ++i) {
    const double z = i == n - 1 ? 1.0 : i * step - 1;
    const double radius = std::sqrt(std::max(0.0, 1 - z * z));
    ends.push_back({z / anisotropy[0], radius * std::sin(turn * i) / anisotropy[1],
                    radius * std::cos(turn * i) / anisotropy[2]});
  }
  Rays3d rays;
  rays.faces = convex_hull(ends);
  for (Triangle& face : rays.faces) {
    const auto corner = [&](std::size_t k) { return ends[static_cast<std::size_t>(face[k])]; };
    // det[a; b; c] is minus the volume towards the centre, which is inside.
    if (signed_volume6(corner(0), corner(1), corner(2), {0, 0, 0}) < 0) std::swap(face[1], face[2]);
  }
  for (const Point3& v : ends) {
    const double length = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    rays.vertices.push_back({static_cast<float>(v[0] / length), static_cast<float>(v[1] / length),
                             static_cast<float>(v[2] / length)});
  }
  return rays;
}

Result<Rays3d> rays_from_json(const nlohmann::ordered_json& json) {
  const auto name = json.is_object() ? json.value("name", std::string()) : std::string();
  if (name != "Rays_GoldenSpiral") {
    return Error(ErrorCode::kUnsupported,
                 "the model's rays are of the kind \"" + name + "\" (rays_json in config.json)",
                 "Use a model with rays of the golden spiral, StarDist's default.");
  }
  const auto& kwargs = json["kwargs"];
  std::array<double, 3> anisotropy{1, 1, 1};
  if (const auto given = kwargs.find("anisotropy"); given != kwargs.end() && given->is_array()) {
    for (std::size_t i = 0; i < 3 && i < given->size(); ++i) anisotropy[i] = (*given)[i];
  }
  const int n = kwargs.value("n", 0);
  for (const double stretch : anisotropy) {
    if (stretch > 0 && n >= 4) continue;
    return Error(ErrorCode::kBadFile, "the model's rays are not usable: " + json.dump(),
                 "Use the config.json that was saved with the model.");
  }
  Rays3d rays = golden_spiral(n, anisotropy);
  return rays;
}

}  // namespace karyo::stardist
