#include "viewer/scene/ray_pick.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "core/base/parallel.h"
#include "core/image/world.h"
#include "viewer/scene/volume_texture.h"

namespace karyo {
namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();
/// From this opacity on the image is seen, and not what lies behind it.
constexpr double kSeen = 0.5;

/// Part of a ray, by distance from its origin.
struct Span {
  double begin = 0, end = kFar;
  bool empty() const { return !(begin < end); }
  void keep(const HalfSpace& half, const Ray& ray) {
    const double along = dot(half.normal, ray.direction);
    const double inside = half.distance(ray.origin);
    if (std::abs(along) < 1e-12) {
      if (inside < 0) end = begin;
    } else if (along > 0) {
      begin = std::max(begin, -inside / along);
    } else {
      end = std::min(end, -inside / along);
    }
  }
};

std::array<HalfSpace, 6> faces(const WorldBox& box) {
  return {{{{1, 0, 0}, -box.low.x},
           {{-1, 0, 0}, box.high.x},
           {{0, 1, 0}, -box.low.y},
           {{0, -1, 0}, box.high.y},
           {{0, 0, 1}, -box.low.z},
           {{0, 0, -1}, box.high.z}}};
}

WorldBox box_of(Index3 shape, const VoxelGrid& grid) {
  const World low{grid.origin_x, grid.origin_y, grid.origin_z};
  return {low, low + world_box(shape, grid).high};
}

/// A voxel on the ray, and where the ray is in it.
struct Crossing {
  Index3 voxel;
  double begin = 0, end = 0;
};

/// The voxels of a grid that the span crosses, the nearest first (Amanatides and Woo 1987).
/// `visit(crossing)` returns whether to go on.
template <typename F>
void walk(const Ray& ray, Span span, Index3 shape, const VoxelGrid& grid, F visit) {
  for (const auto& face : faces(box_of(shape, grid))) span.keep(face, ray);
  if (span.empty() || shape.count() == 0) return;
  const std::array<double, 3> spacing{grid.spacing_z, grid.spacing_y, grid.spacing_x};
  const std::array<double, 3> origin{grid.origin_z, grid.origin_y, grid.origin_x};
  const std::array<std::int64_t, 3> count{shape.z, shape.y, shape.x};
  const std::array<double, 3> direction{ray.direction.z, ray.direction.y, ray.direction.x};
  const World start = ray.at(span.begin);
  const std::array<double, 3> place{start.z, start.y, start.x};
  std::array<std::int64_t, 3> voxel{};
  std::array<double, 3> next{}, each{};
  for (std::size_t a = 0; a < 3; ++a) {
    const double at = (place[a] - origin[a]) / spacing[a];
    // A hair onwards: on a face, rounding would choose either side.
    const double onwards = at + (direction[a] > 0 ? 1e-9 : -1e-9);
    voxel[a] =
        std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(onwards)), 0, count[a] - 1);
    const double speed = std::abs(direction[a]) / spacing[a];
    each[a] = speed > 0 ? 1 / speed : kFar;
    const double to_face = direction[a] > 0 ? static_cast<double>(voxel[a] + 1) - at
                                            : at - static_cast<double>(voxel[a]);
    next[a] = speed > 0 ? span.begin + std::max(0.0, to_face) * each[a] : kFar;
  }
  double t = span.begin;
  while (t < span.end) {
    const auto axis =
        static_cast<std::size_t>(std::min_element(next.begin(), next.end()) - next.begin());
    const double leave = std::min(next[axis], span.end);
    if (!visit(Crossing{{voxel[0], voxel[1], voxel[2]}, t, leave})) return;
    t = next[axis];
    next[axis] += each[axis];
    voxel[axis] += direction[axis] > 0 ? 1 : -1;
    if (voxel[axis] < 0 || voxel[axis] >= count[axis]) return;
  }
}

World middle_of(const Index3& voxel, const VoxelGrid& grid) {
  const WorldPoint at = centre_of(voxel, grid);
  return {at.x, at.y, at.z};
}

/// The nearest solid thing on the ray.
struct Solid {
  double distance = kFar;
  Picked picked;
};

void meet_labels(const SceneRequest& request, std::size_t number, const Ray& ray, const Span& span,
                 Solid& nearest) {
  const SurfaceItem& item = request.surfaces[number];
  walk(ray, span, item.labels.shape(), item.grid, [&](const Crossing& crossing) {
    if (crossing.begin >= nearest.distance) return false;
    const std::uint32_t id = item.labels.at(crossing.voxel);
    if (!item.shows(id)) return true;
    nearest = {crossing.begin, {middle_of(crossing.voxel, item.grid), id, number}};
    return false;
  });
}

void meet_slice(const SceneRequest& request, const WorldBox& image, const Ray& ray,
                Solid& nearest) {
  if (!request.look.slice.on) return;
  const HalfSpace plane = half_space(request.look.slice, request.box);
  const double along = dot(plane.normal, ray.direction);
  if (std::abs(along) < 1e-12) return;
  const double t = -plane.distance(ray.origin) / along;
  Span span;
  for (const auto& face : faces(image)) span.keep(face, ray);
  for (const auto& cut : crop_cuts(request.look, request.box)) span.keep(cut, ray);
  if (span.empty() || t < span.begin || t > span.end || t >= nearest.distance) return;
  nearest = {t, {ray.at(t)}};
}

/// What the image has along the ray. Channels of another shape than the first's are not drawn, and
/// not looked at here.
class ImageLine {
 public:
  ImageLine(const SceneRequest& request, const Ray& ray, const Span& span)
      : items_(request.volumes) {
    if (items_.empty()) return;
    const auto& first = items_.front();
    const Index3 shape = first.volume->shape().zyx();
    walk(ray, span, shape, first.grid, [this](const Crossing& crossing) {
      crossings_.push_back(crossing);
      return true;
    });
    strength_.assign(crossings_.size(), -kFar);
    for (const auto& item : items_) {
      if (item.volume->shape().zyx() == shape && item.grid == first.grid) add(item);
    }
    const VoxelGrid drawn = coarser(first.grid, reduction_for(shape, first.grid, kTextureBudget));
    unit_ = std::min({drawn.spacing_z, drawn.spacing_y, drawn.spacing_x});
  }

  /// The voxel that is seen by this look, and how opaque the image is there.
  struct Seen {
    Index3 voxel;
    double opacity = 0;
  };
  std::optional<Seen> seen(const VolumeLook& look) const {
    if (crossings_.empty()) return {};
    switch (look.method) {
      case VolumeMethod::kMinimum: {
        const auto least = std::min_element(strength_.begin(), strength_.end());
        return at(least - strength_.begin());
      }
      case VolumeMethod::kAttenuated:
        return attenuated(look.attenuation);
      case VolumeMethod::kComposite:
        return composite(look.opacity);
      case VolumeMethod::kIsosurface: {
        const auto first = std::find_if(strength_.begin(), strength_.end(),
                                        [&](double s) { return s >= look.threshold; });
        if (first == strength_.end()) return {};
        return Seen{crossings_[static_cast<std::size_t>(first - strength_.begin())].voxel, 1};
      }
      case VolumeMethod::kNone:
        return {};
      case VolumeMethod::kMaximum:
      case VolumeMethod::kAverage:
        break;
    }
    const auto most = std::max_element(strength_.begin(), strength_.end());
    return at(most - strength_.begin());
  }

 private:
  /// Strengths go on above 1, so that of two voxels beyond white the brighter one is found.
  void add(const VolumeItem& item) {
    const double span = item.high - item.low;
    visit_voxels(item.volume->type(), [&](auto zero) {
      using T = decltype(zero);
      const auto voxels = item.volume->view<T>(item.t, item.c);
      for (std::size_t i = 0; i < crossings_.size(); ++i) {
        const auto& p = crossings_[i].voxel;
        const double value = static_cast<double>(voxels(p.z, p.y, p.x));
        double part = span > 0 ? (value - item.low) / span : (value >= item.high ? 1.0 : 0.0);
        if (!std::isfinite(part)) part = 0;
        if (part > 0 && part < 1) part = std::pow(part, item.gamma);
        strength_[i] = std::max(strength_[i], part * item.opacity);
      }
    });
  }

  static double clamped(double strength) { return std::clamp(strength, 0.0, 1.0); }

  Seen at(std::ptrdiff_t number) const {
    const auto i = static_cast<std::size_t>(number);
    return {crossings_[i].voxel, clamped(strength_[i])};
  }

  Seen attenuated(double attenuation) const {
    double passed = 0, most = -kFar;
    std::size_t best = 0;
    for (std::size_t i = 0; i < crossings_.size(); ++i) {
      const double looks = strength_[i] * std::exp(-attenuation * passed);
      if (looks > most) {
        most = looks;
        best = i;
      }
      passed += clamped(strength_[i]) * (crossings_[i].end - crossings_[i].begin) / unit_;
    }
    return {crossings_[best].voxel, clamped(most)};
  }

  /// Where half of the light is gone, else what adds most.
  std::optional<Seen> composite(const OpacityCurve& curve) const {
    double light = 1, most = 0;
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < crossings_.size(); ++i) {
      const double length = (crossings_[i].end - crossings_[i].begin) / unit_;
      const double after = light * std::pow(1 - curve.at(strength_[i]), length);
      if (light - after > most) {
        most = light - after;
        best = i;
      }
      light = after;
      if (light <= 1 - kSeen) return Seen{crossings_[i].voxel, 1 - light};
    }
    if (!best) return {};
    return Seen{crossings_[*best].voxel, 1 - light};
  }

  const std::vector<VolumeItem>& items_;
  std::vector<Crossing> crossings_;
  std::vector<double> strength_;  // of each crossing
  double unit_ = 1;
};

/// What is left of the line of sight.
Span kept_of(const SceneRequest& request, const Ray& ray) {
  Span span;
  for (const auto& cut : all_cuts(request.look, request.box)) span.keep(cut, ray);
  return span;
}

Solid first_object(const SceneRequest& request, const Ray& ray, const Span& span) {
  Solid nearest;
  for (std::size_t i = 0; i < request.surfaces.size(); ++i) {
    meet_labels(request, i, ray, span, nearest);
  }
  return nearest;
}

void meet_slice(const SceneRequest& request, const Ray& ray, Solid& nearest) {
  if (request.volumes.empty()) return;
  const auto& first = request.volumes.front();
  meet_slice(request, box_of(first.volume->shape().zyx(), first.grid), ray, nearest);
}

}  // namespace

std::optional<Picked> pick_object(const SceneRequest& request, double x_px, double y_px) {
  const Ray ray = request.camera.ray(x_px, y_px, request.width, request.height);
  Span span = kept_of(request, ray);
  const Solid object = first_object(request, ray, span);
  if (object.distance == kFar) return {};
  Solid plane;
  meet_slice(request, ray, plane);
  if (plane.distance < object.distance) return {};
  span.end = std::min(span.end, object.distance);
  const bool hides = request.look.method == VolumeMethod::kIsosurface;
  if (hides && ImageLine(request, ray, span).seen(request.look)) return {};
  return object.picked;
}

Result<std::vector<Picked>> objects_seen(const SceneRequest& request, const PixelBox& part,
                                         const TaskControl& control) {
  constexpr double kLeastStep = 2;  // pixels
  constexpr double kPlaces = 20'000;
  const double left = std::max(0.0, part.left), top = std::max(0.0, part.top);
  const double wide = std::min<double>(request.width, part.right) - left;
  const double high = std::min<double>(request.height, part.bottom) - top;
  if (!(wide >= 0 && high >= 0)) return std::vector<Picked>{};
  const double step = std::max(kLeastStep, std::sqrt(wide * high / kPlaces));
  const auto rows = static_cast<std::int64_t>(high / step) + 1;
  std::vector<std::vector<Picked>> seen(static_cast<std::size_t>(rows));
  parallel_for(0, rows, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last && !control.cancelled(); ++row) {
      std::vector<Picked>& found = seen[static_cast<std::size_t>(row)];
      for (double x = left; x <= left + wide; x += step) {
        const auto one = pick_object(request, x, top + static_cast<double>(row) * step);
        if (one) found.push_back(*one);
      }
    }
  });
  if (control.cancelled()) return cancelled_error("looking for objects");
  std::vector<Picked> objects;
  std::set<std::pair<std::size_t, std::uint32_t>> known;
  for (const auto& row : seen) {
    for (const Picked& one : row) {
      if (known.emplace(one.surface, one.label).second) objects.push_back(one);
    }
  }
  return objects;
}

std::optional<Picked> pick(const SceneRequest& request, double x_px, double y_px) {
  const Ray ray = request.camera.ray(x_px, y_px, request.width, request.height);
  Span span = kept_of(request, ray);
  Solid solid = first_object(request, ray, span);
  meet_slice(request, ray, solid);
  const bool hidden = solid.distance < kFar;
  if (hidden) span.end = std::min(span.end, solid.distance);
  const auto seen = ImageLine(request, ray, span).seen(request.look);
  if (hidden && (!seen || seen->opacity < kSeen)) return solid.picked;
  if (!seen) return {};
  return Picked{middle_of(seen->voxel, request.volumes.front().grid)};
}

}  // namespace karyo
