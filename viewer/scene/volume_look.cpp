#include "viewer/scene/volume_look.h"

#include <algorithm>
#include <cmath>

namespace karyo {

Result<OpacityCurve> OpacityCurve::of(std::vector<Point> points) {
  const auto wrong = [](const std::string& what) {
    return Error(ErrorCode::kInvalidArgument, "this is no opacity curve: " + what,
                 "Give strength and opacity of each point in turn, both 0 to 1, strengths rising "
                 "from 0 to 1: 0, 0, 0.2, 0, 1, 0.5.");
  };
  if (points.size() < 2 || points.size() > kMostPoints) {
    return wrong("it has " + std::to_string(points.size()) + " points");
  }
  for (const Point& point : points) {
    // Written so that NaN is refused, too.
    if (!(point.strength >= 0 && point.strength <= 1 && point.opacity >= 0 && point.opacity <= 1)) {
      return wrong("a value lies outside 0 to 1");
    }
  }
  if (points.front().strength != 0 || points.back().strength != 1) {
    return wrong("it does not reach from strength 0 to 1");
  }
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (points[i].strength <= points[i - 1].strength) return wrong("strengths do not rise");
  }
  OpacityCurve curve;
  curve.points_ = std::move(points);
  return curve;
}

double OpacityCurve::at(double strength) const {
  const double s = std::clamp(strength, 0.0, 1.0);
  const auto right = std::find_if(points_.begin() + 1, points_.end() - 1,
                                  [s](const Point& point) { return point.strength >= s; });
  const auto left = right - 1;
  const double part = (s - left->strength) / (right->strength - left->strength);
  return left->opacity + part * (right->opacity - left->opacity);
}

HalfSpace half_space(const CutPlane& plane, const WorldBox& box) {
  const double length = std::sqrt(dot(plane.normal, plane.normal));
  const World normal = length > 0 ? plane.normal * (1 / length) : World{0, 0, -1};
  return {normal, -dot(normal, box.centre()) - plane.distance};
}

std::vector<HalfSpace> crop_cuts(const VolumeLook& look, const WorldBox& box) {
  std::vector<HalfSpace> cuts;
  if (!look.crop_on) return cuts;
  const auto along = [&](World axis) {
    const double low = dot(axis, look.crop.low), high = dot(axis, look.crop.high);
    if (low > dot(axis, box.low)) cuts.push_back({axis, -low});
    if (high < dot(axis, box.high)) cuts.push_back({axis * -1, high});
  };
  along({1, 0, 0});
  along({0, 1, 0});
  along({0, 0, 1});
  return cuts;
}

std::vector<HalfSpace> all_cuts(const VolumeLook& look, const WorldBox& box) {
  auto cuts = crop_cuts(look, box);
  if (look.clip.on) {
    const HalfSpace removed = half_space(look.clip, box);
    cuts.push_back({removed.normal * -1, -removed.offset});
  }
  return cuts;
}

}  // namespace karyo
