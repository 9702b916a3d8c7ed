#include "models/stardist/pointed_object.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "models/stardist/polyhedron_fill.h"
#include "models/stardist/rasterize.h"

namespace karyo::stardist {
namespace {

/// Corners are taken in turn; even-odd, as polygons of stars do not cross themselves.
bool holds(const std::vector<std::array<float, 2>>& polygon, float y, float x) {
  bool inside = false;
  for (std::size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
    const auto& [yi, xi] = polygon[i];
    const auto& [yj, xj] = polygon[j];
    if ((yi > y) != (yj > y) && x < (xj - xi) * (y - yi) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

bool holds(const Polyhedron& polyhedron, const Rays3d& rays, const Index3& voxel) {
  std::uint8_t inside = 0;
  fill_polyhedron(polyhedron, rays.faces, {voxel, voxel + Index3{1, 1, 1}}, &inside);
  return inside != 0;
}

/// From a polyhedron's centre (0) to about its surface (1).
float way_out(const Polyhedron& polyhedron, const std::array<float, 3>& place) {
  float sum = 0;
  for (std::size_t axis = 0; axis < place.size(); ++axis) {
    float reach = 1e-3F;
    for (const auto& vertex : polyhedron.vertices) {
      reach = std::max(reach, std::abs(vertex[axis] - polyhedron.center[axis]));
    }
    const float part = (place[axis] - polyhedron.center[axis]) / reach;
    sum += part * part;
  }
  return std::sqrt(sum);
}

/// From the smallest vertex to the largest, in whole voxels.
Box3 box_of(const Polyhedron& polyhedron) {
  std::array<std::int64_t, 3> low{}, high{};
  for (std::size_t axis = 0; axis < low.size(); ++axis) {
    const auto [least, most] =
        std::minmax_element(polyhedron.vertices.begin(), polyhedron.vertices.end(),
                            [axis](const auto& a, const auto& b) { return a[axis] < b[axis]; });
    low[axis] = static_cast<std::int64_t>(std::floor((*least)[axis]));
    high[axis] = static_cast<std::int64_t>(std::ceil((*most)[axis])) + 1;
  }
  return {{low[0], low[1], low[2]}, {high[0], high[1], high[2]}};
}

}  // namespace

std::optional<std::size_t> candidate_at(const Candidates& candidates, float y, float x) {
  const auto rays = static_cast<std::size_t>(candidates.rays);
  std::optional<std::size_t> found;
  float best = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates.prob[i] <= best) continue;
    const float away = std::hypot(candidates.points[i][0] - y, candidates.points[i][1] - x);
    const float* const distances = candidates.distances(i);
    const float radius = std::reduce(distances, distances + rays) / static_cast<float>(rays);
    const float worth = candidates.prob[i] * (1 - away / radius);
    if (worth <= best || !holds(polygon_of(candidates, i), y, x)) continue;
    best = worth;
    found = i;
  }
  return found;
}

DrawnPolygon draw_polygon(const Candidates& candidates, std::size_t i, std::int64_t height,
                          std::int64_t width) {
  Candidates one;
  one.rays = candidates.rays;
  one.add(candidates, i);
  const auto polygon = polygon_of(one, 0);
  struct Span {
    std::int64_t begin, end;  // pixels; as many as are in the image
  };
  const auto span = [&polygon](std::size_t axis, std::int64_t extent) {
    float low = polygon.front()[axis], high = low;
    for (const auto& corner : polygon) {
      low = std::min(low, corner[axis]);
      high = std::max(high, corner[axis]);
    }
    const auto most = static_cast<float>(extent);
    return Span{static_cast<std::int64_t>(std::clamp(std::floor(low), 0.0F, most)),
                static_cast<std::int64_t>(std::clamp(std::ceil(high) + 1, 0.0F, most))};
  };
  const Span rows = span(0, height), columns = span(1, width);
  DrawnPolygon drawn{{}, rows.begin, columns.begin};
  if (rows.begin >= rows.end || columns.begin >= columns.end) return drawn;
  one.points[0][0] -= static_cast<float>(rows.begin);
  one.points[0][1] -= static_cast<float>(columns.begin);
  const Index3 shape{1, rows.end - rows.begin, columns.end - columns.begin};
  const LabelArray label = render_2d(one, shape);
  drawn.pixels = Mask(shape);
  std::transform(label.begin(), label.end(), drawn.pixels.begin(),
                 [](std::uint32_t id) { return static_cast<std::uint8_t>(id != 0 ? 1 : 0); });
  return drawn;
}

std::optional<std::size_t> candidate_at(const Candidates3d& candidates, const Rays3d& rays,
                                        const Index3& voxel, float reach) {
  const std::array<float, 3> place{static_cast<float>(voxel.z), static_cast<float>(voxel.y),
                                   static_cast<float>(voxel.x)};
  std::optional<std::size_t> found;
  float best = 0;
  Polyhedron polyhedron;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& point = candidates.points[i];
    const bool near = std::abs(point[0] - place[0]) <= reach &&
                      std::abs(point[1] - place[1]) <= reach &&
                      std::abs(point[2] - place[2]) <= reach;
    if (!near || candidates.prob[i] <= best) continue;
    polyhedron.set(point, candidates.distances(i), rays);
    const float worth = candidates.prob[i] * (1 - way_out(polyhedron, place));
    if (worth <= best || !holds(polyhedron, rays, voxel)) continue;
    best = worth;
    found = i;
  }
  return found;
}

float longest_distance(const Candidates3d& candidates) {
  const auto& all = candidates.dist;
  return all.empty() ? 0 : *std::max_element(all.begin(), all.end());
}

DrawnPolyhedron draw_polyhedron(const Candidates3d& candidates, const Rays3d& rays, std::size_t i,
                                const Box3& within) {
  Polyhedron polyhedron;
  polyhedron.set(candidates.points[i], candidates.distances(i), rays);
  const Box3 box = box_of(polyhedron).clipped_to(within);
  if (box.empty()) return {{}, within.begin};
  DrawnPolyhedron drawn{Mask(box.shape()), box.begin};
  fill_polyhedron(polyhedron, rays.faces, box, drawn.voxels.data());
  return drawn;
}

}  // namespace karyo::stardist
