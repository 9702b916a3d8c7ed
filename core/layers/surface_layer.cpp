#include "core/layers/surface_layer.h"

#include <algorithm>
#include <utility>

namespace karyo {
namespace {

WorldPoint place_of(const std::array<float, 3>& point) {
  return {point[2], point[1], point[0]};
}

}  // namespace

Section section_of(const SurfaceLook& look, Axis axis, double place) {
  const SurfaceMesh& mesh = *look.data;
  const std::size_t part = axis == Axis::kX ? 0 : axis == Axis::kY ? 1 : 2;
  const bool coloured = look.own_colors && !mesh.colors.empty();
  Section section;
  for (const auto& triangle : mesh.triangles) {
    std::array<double, 3> before{};  // how far in front of the plane each corner lies
    int ahead = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      before[k] = mesh.points[triangle[k]][part] - place;
      ahead += before[k] > 0 ? 1 : 0;
    }
    if (ahead == 0 || ahead == 3) continue;
    // One corner is on a side of its own; the plane cuts the two edges that leave it.
    std::size_t alone = 0;
    while ((before[alone] > 0) != (ahead == 1)) ++alone;
    const WorldPoint tip = place_of(mesh.points[triangle[alone]]);
    const auto cut = [&](std::size_t other) {
      const WorldPoint end = place_of(mesh.points[triangle[other]]);
      const double along = before[alone] / (before[alone] - before[other]);
      WorldPoint at{tip.z + (end.z - tip.z) * along, tip.y + (end.y - tip.y) * along,
                    tip.x + (end.x - tip.x) * along};
      at[axis] = place;
      return at;
    };
    section.push_back({cut((alone + 1) % 3), cut((alone + 2) % 3),
                       coloured ? mesh.colors[triangle[alone]] : look.color});
  }
  return section;
}

SurfaceLayer::SurfaceLayer(std::string name, SurfaceMesh mesh, VoxelGrid grid)
    : VectorLayer(std::move(name), std::move(grid)) {
  SurfaceLook look;
  look.data = std::make_shared<const SurfaceMesh>(std::move(mesh));
  set_look(std::move(look));
}

void SurfaceLayer::set_look(SurfaceLook look) {
  if (look.data == nullptr) look.data = std::make_shared<const SurfaceMesh>();
  look.width = look.width >= 0.5 ? std::min(look.width, 50.0) : 0.5;
  if (look == look_) return;
  if (look.data != look_.data) {
    shape_ = {1, 1, 1, 1, 1};
    for (const auto& point : look.data->points) widen(place_of(point), -1);
  }
  look_ = std::move(look);
  look_changed();
}

std::shared_ptr<const Section> SurfaceLayer::section(Axis axis, double place) const {
  Cut& kept = cuts_[static_cast<std::size_t>(axis)];
  if (kept.section == nullptr || kept.place != place || !(kept.look == look_)) {
    kept = {look_, place, std::make_shared<const Section>(section_of(look_, axis, place))};
  }
  return kept.section;
}

VoxelGrid SurfaceLayer::world_grid() {
  VoxelGrid grid;
  grid.unit = kWorldUnit;
  return grid;
}

}  // namespace karyo
