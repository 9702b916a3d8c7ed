#include "models/stardist/polyhedron_overlap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/parallel.h"

namespace karyo::stardist {
namespace {

/// Larger boxes come from a broken network only; nobody's memory is asked for them.
constexpr std::int64_t kMostVoxels = std::int64_t{1} << 28;

using Vector = std::array<float, 3>;

Vector minus(const Vector& a, const Vector& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}

/// Six times the volume of the tetrahedron of a face and the origin.
float volume6(const Vector& a, const Vector& b, const Vector& c) {
  const Vector p = minus(b, a), q = minus(c, a), r = minus({0, 0, 0}, a);
  return p[0] * (q[1] * r[2] - r[1] * q[2]) - p[1] * (q[0] * r[2] - q[2] * r[0]) +
         p[2] * (q[0] * r[1] - q[1] * r[0]);
}

/// How far the plane of a face is from the origin; negative when it looks away.
float plane_distance(const Vector& a, const Vector& b, const Vector& c) {
  const Vector p = minus(b, a), q = minus(c, a);
  Vector normal{p[2] * q[1] - p[1] * q[2], p[0] * q[2] - p[2] * q[0], p[1] * q[0] - p[0] * q[1]};
  const float scale = static_cast<float>(
      1.f /
      (std::sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]) + 1e-10));
  for (float& n : normal) n *= scale;
  return a[0] * normal[0] + a[1] * normal[1] + a[2] * normal[2];
}

/// Volume that two spheres share, in voxels.
float sphere_overlap(float r1, const Vector& p1, float r2, const Vector& p2,
                     const Vector& anisotropy) {
  const float dz = anisotropy[0] * (p1[0] - p2[0]), dy = anisotropy[1] * (p1[1] - p2[1]),
              dx = anisotropy[2] * (p1[2] - p2[2]);
  const float d = std::sqrt(dz * dz + dy * dy + dx * dx);
  const float smaller = std::min(r1, r2), larger = std::max(r1, r2);
  if (d > r1 + r2) return 0;
  constexpr double kPi = std::numbers::pi;
  // Not divided by the stretch here: as in the reference, which decides.
  if (larger >= d + smaller - 1e-10) {
    return static_cast<float>(kPi * 4.f / 3 * smaller * smaller * smaller);
  }
  const float t = (r1 + r2 - d) / 2 / d;
  const float h1 = (r2 - r1 + d) * t, h2 = (r1 - r2 + d) * t;
  const auto v1 = static_cast<float>(kPi / 3 * h1 * h1 * (3 * r1 - h1));
  const auto v2 = static_cast<float>(kPi / 3 * h2 * h2 * (3 * r2 - h2));
  return (v1 + v2) / (anisotropy[0] * anisotropy[1] * anisotropy[2]);
}

}  // namespace

StarPolyhedra::StarPolyhedra(const Candidates3d& candidates, const Rays3d& rays, int threads)
    : candidates_(candidates), rays_(rays) {
  boxes_.resize(candidates.size());
  volumes_.resize(candidates.size());
  inner_.resize(candidates.size());
  outer_.resize(candidates.size());
  const auto each = [&](void (StarPolyhedra::*step)(std::int64_t)) {
    const auto body = [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) (this->*step)(i);
    };
    parallel_for(0, size(), 256, body, threads);
  };
  each(&StarPolyhedra::measure);
  std::array<double, 3> extent{};
  for (const Box3& box : boxes_) {
    const Index3 shape = box.shape();
    extent[0] += static_cast<double>(shape.z - 1);
    extent[1] += static_cast<double>(shape.y - 1);
    extent[2] += static_cast<double>(shape.x - 1);
  }
  const double longest = std::max({extent[0], extent[1], extent[2]});
  for (std::size_t k = 0; k < 3; ++k) {
    // Objects one voxel thin along an axis throughout say nothing about it.
    anisotropy_[k] = extent[k] > 0 ? static_cast<float>(longest / extent[k]) : 1.f;
  }
  each(&StarPolyhedra::measure_spheres);
}

void StarPolyhedra::shape(std::int64_t i, Polyhedron& polyhedron) const {
  const auto slot = static_cast<std::size_t>(i);
  polyhedron.set(candidates_.points[slot], candidates_.distances(slot), rays_);
}

void StarPolyhedra::measure(std::int64_t i) {
  const auto slot = static_cast<std::size_t>(i);
  const float* distances = candidates_.distances(slot);
  const Vector& center = candidates_.points[slot];
  constexpr auto kFar = std::numeric_limits<std::int64_t>::max();
  std::array<std::int64_t, 3> low{kFar, kFar, kFar}, high{-1, -1, -1};
  std::vector<Vector> ends(rays_.vertices.size());
  for (std::size_t k = 0; k < ends.size(); ++k) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      ends[k][axis] = distances[k] * rays_.vertices[k][axis];
      const std::int64_t at = std::lrint(center[axis] + ends[k][axis]);
      low[axis] = std::min(low[axis], at);
      high[axis] = std::max(high[axis], at);
    }
  }
  boxes_[slot] = {{low[0], low[1], low[2]}, {high[0] + 1, high[1] + 1, high[2] + 1}};
  float volume = 0;
  for (const Triangle& face : rays_.faces) {
    const auto end = [&](std::size_t k) { return ends[static_cast<std::size_t>(face[k])]; };
    volume += volume6(end(0), end(1), end(2)) / 6.f;
  }
  volumes_[slot] = volume;
}

void StarPolyhedra::measure_spheres(std::int64_t i) {
  const auto slot = static_cast<std::size_t>(i);
  const float* distances = candidates_.distances(slot);
  std::vector<Vector> ends(rays_.vertices.size());
  float outer2 = 0;
  for (std::size_t k = 0; k < ends.size(); ++k) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      ends[k][axis] = anisotropy_[axis] * distances[k] * rays_.vertices[k][axis];
    }
    const Vector& v = ends[k];
    outer2 = std::max(outer2, v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  }
  float inner = std::numeric_limits<float>::infinity();
  for (const Triangle& face : rays_.faces) {
    const auto end = [&](std::size_t k) { return ends[static_cast<std::size_t>(face[k])]; };
    inner = std::min(inner, plane_distance(end(0), end(1), end(2)));
  }
  inner_[slot] = inner;
  outer_[slot] = std::sqrt(outer2);
}

std::array<float, 3> StarPolyhedra::low(std::int64_t i) const {
  const Index3 at = box(i).begin;
  return {static_cast<float>(at.z), static_cast<float>(at.y), static_cast<float>(at.x)};
}

std::array<float, 3> StarPolyhedra::high(std::int64_t i) const {
  const Index3 at = box(i).end;
  return {static_cast<float>(at.z), static_cast<float>(at.y), static_cast<float>(at.x)};
}

float StarPolyhedra::common_room(std::int64_t i, std::int64_t j) const {
  const Box3 both = box(i).clipped_to(box(j));
  const auto width = [](std::int64_t begin, std::int64_t end) {
    return static_cast<float>(std::max<std::int64_t>(0, end - 1 - begin));
  };
  return width(both.begin.x, both.end.x) * width(both.begin.y, both.end.y) *
         width(both.begin.z, both.end.z);
}

void PolyhedronTest::set_first(std::int64_t i) {
  first_ = i;
  filled_ = false;
}

bool PolyhedronTest::is_more(float voxels, std::int64_t j) const {
  const float smaller = std::min(polyhedra_.volume(first_), polyhedra_.volume(j));
  return static_cast<float>(voxels / (smaller + 1e-10)) > threshold_;
}

PolyhedronTest::Bound PolyhedronTest::by_spheres(std::int64_t j) const {
  const auto one = polyhedra_.center(first_), other = polyhedra_.center(j);
  const float upper =
      std::min(sphere_overlap(polyhedra_.outer_radius(first_), one, polyhedra_.outer_radius(j),
                              other, polyhedra_.anisotropy()),
               polyhedra_.common_room(first_, j));
  if (upper < 1e-10 || threshold_ >= 1 || !is_more(upper, j)) return Bound::kKept;
  const float lower = sphere_overlap(polyhedra_.inner_radius(first_), one,
                                     polyhedra_.inner_radius(j), other, polyhedra_.anisotropy());
  return is_more(lower, j) ? Bound::kSuppressed : Bound::kUndecided;
}

std::optional<bool> PolyhedronTest::by_bounds(std::int64_t j) const {
  if (const Bound bound = by_spheres(j); bound != Bound::kUndecided) {
    return bound == Bound::kSuppressed;
  }
  // As the upper bound has it.
  if (polyhedra_.box(first_).shape().count() > kMostVoxels) return true;
  return std::nullopt;
}

bool PolyhedronTest::exceeds(std::int64_t j) {
  if (const auto decided = by_bounds(j)) return *decided;
  const auto& faces = polyhedra_.rays().faces;
  if (!filled_) {
    const Box3& box = polyhedra_.box(first_);
    polyhedra_.shape(first_, one_);
    mask_.assign(static_cast<std::size_t>(box.shape().count()), 0);
    fill_polyhedron(one_, faces, box, mask_.data());
    filled_ = true;
  }
  // Of the first no more than this can be shared: neighbours that only touch need no filling.
  const Box3 both = polyhedra_.box(first_).clipped_to(polyhedra_.box(j));
  std::int64_t most = voxels_of_first(both);
  if (!is_more(static_cast<float>(most), j)) return false;
  polyhedra_.shape(j, other_);
  // Parts of the shared box, until the rest cannot change the answer. The middle says most; more
  // parts than three would cost more in preparing faces than they save.
  const std::int64_t deep = both.end.z - both.begin.z, third = deep / 3;
  const std::int64_t cuts[] = {both.begin.z, both.begin.z + third, both.end.z - third, both.end.z};
  std::int64_t voxels = 0;
  for (const int part : {1, 0, 2}) {
    Box3 slab = both;
    slab.begin.z = cuts[part];
    slab.end.z = cuts[part + 1];
    if (slab.empty()) continue;
    const Shared shared = shared_voxels(slab);
    voxels += shared.both;
    most -= shared.first - shared.both;
    if (is_more(static_cast<float>(voxels), j)) return true;
    if (!is_more(static_cast<float>(most), j)) return false;
  }
  return is_more(static_cast<float>(voxels), j);
}

std::int64_t PolyhedronTest::voxels_of_first(const Box3& part) const {
  const Box3& box = polyhedra_.box(first_);
  const Index3 size = box.shape(), offset = part.begin - box.begin, shape = part.shape();
  std::int64_t voxels = 0;
  for (std::int64_t z = offset.z; z < offset.z + shape.z; ++z) {
    for (std::int64_t y = offset.y; y < offset.y + shape.y; ++y) {
      const std::uint8_t* row = mask_.data() + (z * size.y + y) * size.x + offset.x;
      std::int64_t in_row = 0;
      for (std::int64_t x = 0; x < shape.x; ++x) in_row += row[x];
      voxels += in_row;
    }
  }
  return voxels;
}

PolyhedronTest::Shared PolyhedronTest::shared_voxels(const Box3& part) {
  const Box3& box = polyhedra_.box(first_);
  const Index3 size = box.shape(), offset = part.begin - box.begin, shape = part.shape();
  part_.assign(static_cast<std::size_t>(shape.count()), 0);
  fill_polyhedron(other_, polyhedra_.rays().faces, part, part_.data());
  Shared shared;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const std::uint8_t* a =
          mask_.data() + ((z + offset.z) * size.y + y + offset.y) * size.x + offset.x;
      const std::uint8_t* b = part_.data() + (z * shape.y + y) * shape.x;
      std::int64_t first = 0, both = 0;
      for (std::int64_t x = 0; x < shape.x; ++x) {
        first += a[x];
        both += a[x] & b[x];
      }
      shared.first += first;
      shared.both += both;
    }
  }
  return shared;
}

bool PolyhedronTest::exceeds_reference(std::int64_t j) {
  if (const Bound bound = by_spheres(j); bound != Bound::kUndecided) {
    return bound == Bound::kSuppressed;
  }
  const Box3& box = polyhedra_.box(first_);
  const auto voxel_count = static_cast<std::size_t>(box.shape().count());
  const auto& faces = polyhedra_.rays().faces;
  polyhedra_.shape(first_, one_);
  polyhedra_.shape(j, other_);
  std::vector<std::uint8_t> a(voxel_count), b(voxel_count);
  fill_polyhedron_reference(one_, faces, box, a.data());
  fill_polyhedron_reference(other_, faces, box, b.data());
  std::int64_t voxels = 0;
  for (std::size_t k = 0; k < voxel_count; ++k) voxels += a[k] & b[k];
  return is_more(static_cast<float>(voxels), j);
}

}  // namespace karyo::stardist
