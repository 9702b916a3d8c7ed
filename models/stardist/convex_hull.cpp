#include "models/stardist/convex_hull.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace karyo::stardist {
namespace {

/// Largest extent along an axis: the scale that "in one plane" is measured by.
double extent_of(const std::vector<Point3>& points) {
  double extent = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double low = points.front()[axis], high = low;
    for (const Point3& p : points) {
      low = std::min(low, p[axis]);
      high = std::max(high, p[axis]);
    }
    extent = std::max(extent, high - low);
  }
  return extent;
}

double distance2(const Point3& a, const Point3& b) {
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

/// Squared area, times four, of the triangle a, b, p.
double area2(const Point3& a, const Point3& b, const Point3& p) {
  const Point3 u{b[0] - a[0], b[1] - a[1], b[2] - a[2]}, v{p[0] - a[0], p[1] - a[1], p[2] - a[2]};
  const double x = u[1] * v[2] - u[2] * v[1], y = u[2] * v[0] - u[0] * v[2],
               z = u[0] * v[1] - u[1] * v[0];
  return x * x + y * y + z * z;
}

template <typename Measure>
int farthest(const std::vector<Point3>& points, Measure&& measure) {
  int best = 0;
  double largest = -1;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (const double value = measure(points[i]); value > largest) {
      largest = value;
      best = static_cast<int>(i);
    }
  }
  return best;
}

}  // namespace

double signed_volume6(const Point3& a, const Point3& b, const Point3& c, const Point3& p) {
  const double m00 = b[0] - a[0], m01 = b[1] - a[1], m02 = b[2] - a[2];
  const double m10 = c[0] - a[0], m11 = c[1] - a[1], m12 = c[2] - a[2];
  const double m20 = p[0] - a[0], m21 = p[1] - a[1], m22 = p[2] - a[2];
  return m00 * (m11 * m22 - m21 * m12) - m01 * (m10 * m22 - m12 * m20) +
         m02 * (m10 * m21 - m11 * m20);
}

std::vector<Triangle> convex_hull(const std::vector<Point3>& points) {
  if (points.size() < 4) return {};
  const auto at = [&](int i) -> const Point3& { return points[static_cast<std::size_t>(i)]; };
  const double extent = extent_of(points);
  const double flat = 1e-12 * extent * extent * extent;
  // Four points far apart to begin with.
  const int a = farthest(points, [&](const Point3& p) { return -p[0]; });
  const int b = farthest(points, [&](const Point3& p) { return distance2(at(a), p); });
  const int c = farthest(points, [&](const Point3& p) { return area2(at(a), at(b), p); });
  const int d = farthest(
      points, [&](const Point3& p) { return std::fabs(signed_volume6(at(a), at(b), at(c), p)); });
  if (!(std::fabs(signed_volume6(at(a), at(b), at(c), at(d))) > flat)) return {};

  // A triangle sees what lies on its outer side as positive volume.
  std::vector<Triangle> faces;
  const auto add = [&](int i, int j, int k, int inner) {
    if (signed_volume6(at(i), at(j), at(k), at(inner)) > 0) std::swap(j, k);
    faces.push_back({i, j, k});
  };
  add(a, b, c, d);
  add(a, b, d, c);
  add(a, c, d, b);
  add(b, c, d, a);
  for (int p = 0; p < static_cast<int>(points.size()); ++p) {
    if (p == a || p == b || p == c || p == d) continue;
    std::vector<Triangle> kept;
    std::set<std::pair<int, int>> edges;  // of the faces seen; those without a twin are the rim
    for (const Triangle& face : faces) {
      if (signed_volume6(at(face[0]), at(face[1]), at(face[2]), at(p)) <= flat) {
        kept.push_back(face);
        continue;
      }
      for (std::size_t e = 0; e < 3; ++e) edges.insert({face[e], face[(e + 1) % 3]});
    }
    if (edges.empty()) continue;
    for (const auto& [from, to] : edges) {
      if (!edges.contains({to, from})) kept.push_back({from, to, p});
    }
    faces = std::move(kept);
  }
  return faces;
}

}  // namespace karyo::stardist
