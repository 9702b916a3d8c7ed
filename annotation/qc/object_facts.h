#pragma once

/// What the checks know of one object, measured from its voxels.

#include <array>
#include <cstdint>
#include <vector>

#include "annotation/pieces.h"
#include "annotation/split.h"
#include "core/image/voxel_grid.h"

namespace karyo {

struct ObjectFacts {
  std::uint32_t id = 0;
  Box3 box;
  std::int64_t voxels = 0;
  std::vector<std::int64_t> pieces;  ///< voxels of each, the largest first
  std::int64_t holes = 0, hole_voxels = 0;
  /// Touches the image's border: left, right, top, bottom, and of a stack first, last slice.
  std::array<bool, 6> border{};
  /// Of the largest piece, holes filled: its voxels as part of those in its convex hull, slice by
  /// slice (XY); 1 for what is convex as far as voxels can be.
  double solidity = 1;
  /// 4 pi area / perimeter^2 of the largest piece's outline, at most 1; 0 in stacks.
  double circularity = 0;
  int centres = 1;         ///< peaks of the largest piece's distance map
  int bright_centres = 0;  ///< peaks of the smoothed image in the largest piece; 0: no image
  std::uint64_t fingerprint = 0;

  bool at_border() const;
  bool at_end_slice() const { return border[4] || border[5]; }
  std::int64_t slices() const { return box.shape().z; }
};

struct FactOptions {
  /// Only less solid objects are looked at for several centres: what is convex has one.
  double convex = 0.95;
  /// How far the pass between two centres lies below the lower one, as part of the highest (of the
  /// range of values in the image). Distances: at least one voxel.
  double pass = 0.12, bright_pass = 0.25;
  /// A centre lower than this part of the highest is a bulge.
  double bulge = 0.4;
};

/// All objects of the box (inside the shape), or one, by id. An object is measured by those of its
/// voxels that lie in the box.
/// Threads  all cores; `image`, where given, is called from them.
std::vector<ObjectFacts> object_facts(const LabelVolume& labels, const Box3& within,
                                      std::uint32_t id, const VoxelGrid& grid,
                                      const ReadIntensity& image, const FactOptions& options);

/// Another number, as good as surely, once an object's voxels have changed; 0 when it has none.
std::uint64_t fingerprint(const LabelVolume& labels, const ObjectAt& object);

}  // namespace karyo
