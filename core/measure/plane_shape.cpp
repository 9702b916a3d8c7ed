#include "core/measure/plane_shape.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace karyo {
namespace {

using std::numbers::pi;

double cross(const Corner& o, const Corner& a, const Corner& b) {
  return static_cast<double>(a.x - o.x) * static_cast<double>(b.y - o.y) -
         static_cast<double>(a.y - o.y) * static_cast<double>(b.x - o.x);
}

/// Andrew's monotone chain; corners in turn, no three in a line.
std::vector<Corner> convex_hull(const std::vector<Outline>& outlines) {
  std::vector<Corner> corners;
  for (const Outline& outline : outlines) {
    corners.insert(corners.end(), outline.begin(), outline.end());
  }
  std::sort(corners.begin(), corners.end(),
            [](const Corner& a, const Corner& b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
  corners.erase(std::unique(corners.begin(), corners.end()), corners.end());
  std::vector<Corner> hull;
  const auto half = [&](auto from, auto to) {
    const std::size_t start = hull.size();
    for (auto corner = from; corner != to; ++corner) {
      while (hull.size() >= start + 2 && cross(hull[hull.size() - 2], hull.back(), *corner) <= 0) {
        hull.pop_back();
      }
      hull.push_back(*corner);
    }
    hull.pop_back();  // it begins the other half
  };
  half(corners.begin(), corners.end());
  half(corners.rbegin(), corners.rend());
  return hull;
}

}  // namespace

FittedEllipse fitted_ellipse(const PixelMoments& m) {
  constexpr double kPixel = 1.0 / 12;  // a pixel's own variance
  const double mean_x = m.x / m.n, mean_y = m.y / m.n;
  const double u20 = m.xx / m.n + kPixel - mean_x * mean_x;
  const double u02 = m.yy / m.n + kPixel - mean_y * mean_y;
  const double u11 = m.xy / m.n - mean_x * mean_y;
  const double m4 = std::max(4 * std::abs(u02 * u20 - u11 * u11), 1e-6);
  double a11 = u02 / m4, a22 = u20 / m4;
  const double a12 = u11 / m4;
  double difference = a11 - a22;
  if (difference == 0) difference = 1e-6;
  double theta = 0.5 * std::atan(2 * a12 / difference);
  if (theta < 0) theta += pi / 2;
  if (a12 > 0) {
    theta += pi / 2;
  } else if (a12 == 0 && a22 > a11) {
    theta = 0;
    std::swap(a11, a22);
  } else if (a12 == 0 && a11 != a22) {
    theta = pi / 2;
  }
  double sine = std::sin(theta);
  if (sine == 0) sine = 1e-6;
  const double z = a12 * std::cos(theta) / sine;
  double major = std::sqrt(1 / std::abs(a22 + z)), minor = std::sqrt(1 / std::abs(a11 - z));
  const double scale = 2 * std::sqrt(m.n / (pi * major * minor));
  major *= scale;
  minor *= scale;
  if (major < minor) std::swap(major, minor);
  const double degrees = theta * 180 / pi;
  return {major, minor, degrees == 180 ? 0 : degrees};
}

FeretMeasures feret_measures(const std::vector<Outline>& outlines, double width, double height) {
  const std::vector<Corner> hull = convex_hull(outlines);
  FeretMeasures result;
  Corner left{}, right{};
  double twice_area = 0, longest = -1, least = -1;
  for (std::size_t i = 0; i < hull.size(); ++i) {
    const Corner& a = hull[i];
    const Corner& b = hull[(i + 1) % hull.size()];
    twice_area += static_cast<double>(a.x) * b.y - static_cast<double>(b.x) * a.y;
    for (std::size_t j = i + 1; j < hull.size(); ++j) {
      const double away = std::hypot((hull[j].x - a.x) * width, (hull[j].y - a.y) * height);
      if (away <= longest) continue;
      longest = away;
      left = a.x <= hull[j].x ? a : hull[j];
      right = a.x <= hull[j].x ? hull[j] : a;
    }
    // The caliper that lies on this side: how far the farthest corner is from it.
    const double dx = (b.x - a.x) * width, dy = (b.y - a.y) * height;
    double farthest = 0;
    for (const Corner& c : hull) {
      const double off = dx * (c.y - a.y) * height - dy * (c.x - a.x) * width;
      farthest = std::max(farthest, std::abs(off) / std::hypot(dx, dy));
    }
    if (least < 0 || farthest < least) least = farthest;
  }
  result.longest = longest;
  result.least = least;
  result.hull_area = std::abs(twice_area) / 2;
  result.x = left.x;
  result.y = left.y;
  result.angle = std::atan2((left.y - right.y) * height, (right.x - left.x) * width) * 180 / pi;
  if (result.angle < 0) result.angle += 180;
  return result;
}

}  // namespace karyo
