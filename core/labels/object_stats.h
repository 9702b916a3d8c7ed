#pragma once

/// Where each object of a label volume is, and how large.

#include <cstdint>
#include <unordered_map>

#include "core/labels/label_volume.h"

namespace karyo {

struct ObjectStats {
  std::int64_t voxels = 0;
  Box3 box;                    ///< the smallest that holds the object
  double z = 0, y = 0, x = 0;  ///< centroid, in voxels: a voxel's centre lies at whole numbers
};

/// By id, without 0 and kIgnoredLabel. Threads: pure; one thread, tile after tile.
std::unordered_map<std::uint32_t, ObjectStats> object_stats(const LabelVolume& labels);

}  // namespace karyo
