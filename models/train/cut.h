#pragma once

/// Boxes of a volume, row by row.

#include <algorithm>

#include "core/image/volume.h"

namespace karyo {

/// The values of one channel at one time, changed by `change(float)`, to `out`; returns its end.
/// The box lies within the volume.
template <typename Change>
float* cut_box(const Volume& volume, std::int64_t t, std::int64_t c, const Box3& box, float* out,
               Change&& change) {
  return visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    const auto part = volume.view<T>(t, c).crop(box);
    for (std::int64_t z = 0; z < part.shape().z; ++z) {
      for (std::int64_t y = 0; y < part.shape().y; ++y) {
        const T* row = part.row(z, y);
        out = std::transform(row, row + part.shape().x, out,
                             [&](T value) { return change(static_cast<float>(value)); });
      }
    }
    return out;
  });
}

}  // namespace karyo
