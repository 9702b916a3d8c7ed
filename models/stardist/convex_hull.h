#pragma once

/// The convex hull of points in space.

#include <array>
#include <vector>

namespace karyo::stardist {

using Point3 = std::array<double, 3>;
/// Indices of a triangle's corners.
using Triangle = std::array<int, 3>;

/// det[b - a; c - a; p - a]: six times the signed volume of the tetrahedron a, b, c, p.
double signed_volume6(const Point3& a, const Point3& b, const Point3& c, const Point3& p);

/// Triangles of the hull's surface, turned so that signed_volume6 of a triangle and a point inside
/// is negative. Points that lie within or on the hull without being a corner are in no triangle.
/// Empty when all points lie in one plane.
/// Cost  quadratic in points; one point after another, faces it sees replaced.
std::vector<Triangle> convex_hull(const std::vector<Point3>& points);

}  // namespace karyo::stardist
