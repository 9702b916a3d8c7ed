#pragma once

/// Do two star polyhedra overlap by more than a threshold? Part of nms_3d.cpp.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/stardist/instances.h"
#include "models/stardist/polyhedron_fill.h"

namespace karyo::stardist {

/// Candidates as polyhedra, measured in float32 as stardist 0.9.2 does. Candidates and rays must
/// outlive it.
class StarPolyhedra {
 public:
  StarPolyhedra(const Candidates3d& candidates, const Rays3d& rays, int threads = 0);

  std::int64_t size() const { return static_cast<std::int64_t>(boxes_.size()); }
  const Rays3d& rays() const { return rays_; }
  void shape(std::int64_t i, Polyhedron& polyhedron) const;
  /// Voxels from the smallest rounded vertex to the largest, both inside.
  const Box3& box(std::int64_t i) const { return boxes_[static_cast<std::size_t>(i)]; }
  float volume(std::int64_t i) const { return volumes_[static_cast<std::size_t>(i)]; }
  /// Radii of spheres around the centre within and around polyhedron i, in voxels of the axis along
  /// which objects are longest; axes stretched by `anisotropy`. The inner one can be negative.
  float inner_radius(std::int64_t i) const { return inner_[static_cast<std::size_t>(i)]; }
  float outer_radius(std::int64_t i) const { return outer_[static_cast<std::size_t>(i)]; }
  const std::array<float, 3>& anisotropy() const { return anisotropy_; }

  // What suppression.h asks of a shape: (z, y, x).
  std::array<float, 3> center(std::int64_t i) const {
    return candidates_.points[static_cast<std::size_t>(i)];
  }
  std::array<float, 3> low(std::int64_t i) const;
  std::array<float, 3> high(std::int64_t i) const;
  /// That the boxes have room in common when their last voxels are taken as their ends: without,
  /// the reference lets both stay.
  bool boxes_touch(std::int64_t i, std::int64_t j) const { return common_room(i, j) > 0; }
  float common_room(std::int64_t i, std::int64_t j) const;

 private:
  void measure(std::int64_t i);
  void measure_spheres(std::int64_t i);

  const Candidates3d& candidates_;
  const Rays3d& rays_;
  std::vector<Box3> boxes_;
  std::vector<float> volumes_, inner_, outer_;
  std::array<float, 3> anisotropy_{1, 1, 1};
};

/// Overlap of one polyhedron with others: voxels in both over the volume of the smaller, after
/// bounds by spheres and boxes. One object a thread: it keeps scratch memory.
/// Source  stardist 0.9.2, _COMMON_non_maximum_suppression_sparse.
class PolyhedronTest {
 public:
  PolyhedronTest(const StarPolyhedra& polyhedra, float threshold)
      : polyhedra_(polyhedra), threshold_(threshold) {}

  /// The polyhedron the next calls compare with.
  void set_first(std::int64_t i);
  bool exceeds(std::int64_t j);
  /// Where the voxels have not to be counted: exceeds(j).
  std::optional<bool> by_bounds(std::int64_t j) const;
  /// exceeds(j) where `voxels` lie in both.
  bool is_more(float voxels, std::int64_t j) const;
  /// The same with every voxel tested against every face.
  bool exceeds_reference(std::int64_t j);

 private:
  enum class Bound { kKept, kSuppressed, kUndecided };
  Bound by_spheres(std::int64_t j) const;
  /// Within a box that both polyhedra's boxes hold: voxels of the first, and of them those that the
  /// other has too.
  struct Shared {
    std::int64_t first = 0, both = 0;
  };
  Shared shared_voxels(const Box3& part);
  std::int64_t voxels_of_first(const Box3& part) const;

  const StarPolyhedra& polyhedra_;
  float threshold_;
  std::int64_t first_ = -1;
  bool filled_ = false;
  Polyhedron one_, other_;
  std::vector<std::uint8_t> mask_, part_;  ///< of the first's box; of a part of both
};

}  // namespace karyo::stardist
