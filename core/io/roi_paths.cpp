#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/io/imagej_roi.h"

namespace karyo {
namespace {

constexpr double kFlatness = 0.01;

/// An ellipse or a rectangle with round corners, with vertices at the centres of the pixel rows:
/// there, and only there, it is crossed when filled, so the fill is exact.
PathF rounded_box(double x, double y, double width, double height, double radius_x,
                  double radius_y) {
  radius_x = std::min(radius_x, width / 2);
  radius_y = std::min(radius_y, height / 2);
  PathF left, right;
  const auto inset = [&](double at) {
    double from_corner = 0;  // into the rounded part, as a part of its radius
    if (at < y + radius_y) from_corner = (y + radius_y - at) / radius_y;
    if (at > y + height - radius_y) from_corner = (at - (y + height - radius_y)) / radius_y;
    from_corner = std::min(from_corner, 1.0);
    return radius_x * (1 - std::sqrt(1 - from_corner * from_corner));
  };
  const auto add = [&](double at) {
    const double by = inset(at);
    left.push_back({x + by, at});
    right.push_back({x + width - by, at});
  };
  add(y);
  for (double row = std::floor(y) + 0.5; row < y + height; ++row) {
    if (row > y) add(row);
  }
  add(y + height);
  left.insert(left.end(), right.rbegin(), right.rend());
  return left;
}

/// ImageJ's ellipse is a polygon of 72 vertices, from the second end of its long axis.
PathF ellipse(const Roi& roi) {
  const auto [x1, y1, x2, y2] = roi.geometry;
  const double cx = (double{x1} + x2) / 2, cy = (double{y1} + y2) / 2;
  const double ax = (double{x2} - x1) / 2, ay = (double{y2} - y1) / 2;
  PathF path;
  for (int i = 0; i < 72; ++i) {
    const double angle = i * (std::numbers::pi / 36);
    const double along = std::cos(angle), across = std::sin(angle) * roi.aspect;
    path.push_back({cx + along * ax - across * ay, cy + along * ay + across * ax});
  }
  return path;
}

PathF rotated_rectangle(const Roi& roi) {
  const auto [x1, y1, x2, y2] = roi.geometry;
  const double dx = double{x2} - x1, dy = double{y2} - y1, length = std::hypot(dx, dy);
  if (length == 0) return {};
  const double ox = roi.aspect / 2 * dy / length, oy = -roi.aspect / 2 * dx / length;
  return {{x1 + ox, y1 + oy}, {x2 + ox, y2 + oy}, {x2 - ox, y2 - oy}, {x1 - ox, y1 - oy}};
}

PointF between(PointF a, PointF b, double t) {
  return {a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
}

double bend(PointF a, PointF b, PointF c) {
  return std::hypot(a.x - 2 * b.x + c.x, a.y - 2 * b.y + c.y);
}

/// Chords of a Bezier curve with the control points p, without its start; at most `most_chords`.
void add_curve(PathF& path, std::vector<PointF> p, double most_chords) {
  double most = 0;
  for (std::size_t i = 0; i + 2 < p.size(); ++i) {
    most = std::max(most, bend(p[i], p[i + 1], p[i + 2]));
  }
  const double chords = std::clamp(std::ceil(std::sqrt(0.75 * most / kFlatness)), 1.0, most_chords);
  for (int i = 1; i <= static_cast<int>(chords); ++i) {
    std::vector<PointF> q = p;
    for (std::size_t n = q.size(); n > 1; --n) {
      for (std::size_t k = 0; k + 1 < n; ++k) q[k] = between(q[k], q[k + 1], i / chords);
    }
    path.push_back(q[0]);
  }
}

std::vector<PathF> composite_paths(const std::vector<float>& segments) {
  std::vector<PathF> paths;
  // A small file must not become a large outline: a million chords in all.
  const double most_chords = std::clamp(1e6 / (static_cast<double>(segments.size()) / 5), 4.0, 1000.0);
  const auto point = [&](std::size_t at) { return PointF{segments[at], segments[at + 1]}; };
  for (std::size_t i = 0; i < segments.size();) {
    const int kind = static_cast<int>(segments[i]);
    if (kind == 4) {
      ++i;
      continue;
    }
    // A step that draws without a start begins at its own first point.
    if (kind == 0 || paths.empty()) paths.emplace_back();
    PathF& path = paths.back();
    if (kind <= 1) {
      path.push_back(point(i + 1));
      i += 3;
      continue;
    }
    const std::size_t controls = kind == 2 ? 2 : 3;
    std::vector<PointF> curve{path.empty() ? point(i + 1) : path.back()};
    for (std::size_t k = 0; k < controls; ++k) curve.push_back(point(i + 1 + 2 * k));
    add_curve(path, std::move(curve), most_chords);
    i += 1 + 2 * controls;
  }
  return paths;
}

}  // namespace

std::vector<PathF> roi_paths(const Roi& roi) {
  if (roi.composite()) return composite_paths(roi.segments);
  switch (roi.subtype) {
    case RoiSubtype::kText:
    case RoiSubtype::kImage:
    case RoiSubtype::kArrow:
      return {};
    case RoiSubtype::kEllipse:
      return {ellipse(roi)};
    case RoiSubtype::kRotatedRectangle:
      // ImageJ up to 1.53 says freehand, later versions write an ordinary polygon.
      if (roi.type == RoiType::kFreehand) return {rotated_rectangle(roi)};
      break;
    case RoiSubtype::kNone:
      break;
  }
  // Boxes are filled by their whole pixels in ImageJ, whatever fractions they carry.
  double x = roi.left, y = roi.top, width = roi.right - roi.left, height = roi.bottom - roi.top;
  if (roi.subpixel) {
    x = std::floor(roi.geometry[0]);
    y = std::floor(roi.geometry[1]);
    width = std::ceil(double{roi.geometry[0]} + roi.geometry[2]) - x;
    height = std::ceil(double{roi.geometry[1]} + roi.geometry[3]) - y;
  }
  switch (roi.type) {
    case RoiType::kRectangle:
    case RoiType::kOval: {
      // Rows are walked one by one, so the box is kept within what a header can say.
      if (!(width > 0 && height > 0 && height <= 70000 && std::abs(y) <= 70000)) return {};
      if (roi.type == RoiType::kOval) {
        return {rounded_box(x, y, width, height, width / 2, height / 2)};
      }
      if (roi.arc_size > 0) {
        return {rounded_box(x, y, width, height, roi.arc_size / 2.0, roi.arc_size / 2.0)};
      }
      return {{{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}}};
    }
    case RoiType::kPolygon:
    case RoiType::kFreehand:
    case RoiType::kTraced:
      if (roi.points.size() < 3) return {};
      return {roi.points};
    default:
      return {};
  }
}

}  // namespace karyo
