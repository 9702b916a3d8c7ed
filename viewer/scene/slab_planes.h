#pragma once

/// Which planes of a layer a thick slice takes together, for voxels and for marks.

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/layers/view_state.h"

namespace karyo {

/// How many; `spacing`: between the layer's planes, in the world's unit.
inline std::int64_t slab_planes(const Slab& slab, double spacing) {
  const double planes = slab.thickness / spacing;
  return planes > 1 ? std::llround(std::min(planes, 1e6)) : 1;
}

/// The planes of a slab around plane `at`, clipped to [begin, end); one more beyond it than before
/// it where their number is even.
struct PlaneRange {
  std::int64_t first, last;  ///< half open
};
inline PlaneRange slab_range(std::int64_t at, std::int64_t planes, std::int64_t begin,
                             std::int64_t end) {
  const std::int64_t first = at - (planes - 1) / 2;
  return {std::max(begin, first), std::min(end, first + planes)};
}

}  // namespace karyo
