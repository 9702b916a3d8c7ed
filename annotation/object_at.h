#pragma once

/// One object of a label volume, as the operations on objects take it, and what they did.

#include <cstdint>
#include <vector>

#include "core/image/axes.h"

namespace karyo {

struct ObjectAt {
  std::uint32_t id = 0;
  /// Holds all of the object, where the caller knows (object_stats); empty: all tiles are looked
  /// through.
  Box3 within = {};
};

struct ObjectChange {
  Box3 box;                        ///< of the voxels that changed; empty when none did
  std::vector<std::uint32_t> ids;  ///< new ones where objects are made, old ones where they go
};

}  // namespace karyo
