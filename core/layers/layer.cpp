#include "core/layers/layer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace karyo {
namespace {

constexpr std::array<std::pair<Blending, std::string_view>, 4> kBlendings{{
    {Blending::kTranslucent, "translucent"},
    {Blending::kAdditive, "additive"},
    {Blending::kMinimum, "minimum"},
    {Blending::kOpaque, "opaque"},
}};

}  // namespace

std::string_view name_of(LayerKind kind) {
  static constexpr std::array<std::string_view, 6> kNames{"image",  "labels", "points",
                                                          "shapes", "tracks", "surface"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view name_of(Blending blending) {
  return kBlendings[static_cast<std::size_t>(blending)].second;
}

Result<Blending> blending_from(std::string_view name) {
  for (const auto& [blending, candidate] : kBlendings) {
    if (candidate == name) return blending;
  }
  return Error(ErrorCode::kInvalidArgument, "unknown blending \"" + std::string(name) + "\"",
               "Use one of translucent, additive, minimum, opaque.");
}

void Layer::set_name(std::string name) {
  if (name == name_) return;
  name_ = std::move(name);
  look_changed();
}

void Layer::set_group(std::string group) {
  if (group == group_) return;
  group_ = std::move(group);
  look_changed();
}

void Layer::set_visible(bool visible) {
  if (visible == visible_) return;
  visible_ = visible;
  look_changed();
}

void Layer::set_locked(bool locked) {
  if (locked == locked_) return;
  locked_ = locked;
  look_changed();
}

void Layer::set_opacity(double opacity) {
  opacity = opacity >= 0 ? std::min(opacity, 1.0) : 0.0;  // NaN becomes 0
  if (opacity == opacity_) return;
  opacity_ = opacity;
  look_changed();
}

void Layer::set_blending(Blending blending) {
  if (blending == blending_) return;
  blending_ = blending;
  look_changed();
}

void Layer::set_place(std::optional<VoxelGrid> place) {
  if (place) {
    const auto keep_sensible = [](double& spacing, double before) {
      if (!std::isfinite(spacing) || spacing <= 0) spacing = before;
    };
    const VoxelGrid& now = this->place();
    keep_sensible(place->spacing_z, now.spacing_z);
    keep_sensible(place->spacing_y, now.spacing_y);
    keep_sensible(place->spacing_x, now.spacing_x);
    for (double* origin : {&place->origin_z, &place->origin_y, &place->origin_x}) {
      if (!std::isfinite(*origin)) *origin = 0;
    }
    if (*place == grid()) place.reset();
  }
  if (place == place_) return;
  place_ = std::move(place);
  look_changed();
}

std::int64_t Layer::time_shown(std::int64_t time) const {
  return std::clamp<std::int64_t>(time, 0, std::max<std::int64_t>(0, shape().t - 1));
}

void Layer::look_changed() {
  ++revision_;
  changed.emit();
}

void Layer::voxels_changed(const Box3& box) {
  ++revision_;
  data_changed.emit(box);
}

}  // namespace karyo
