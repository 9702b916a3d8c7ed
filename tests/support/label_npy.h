#pragma once

/// Reference arrays as labels.

#include "core/image/volume_view.h"
#include "tests/support/npy.h"

namespace karyo::test {

/// A 2D (Y, X) or 3D (Z, Y, X) array of whole numbers >= 0.
inline LabelArray labels_of(const NpyArray& array) {
  const auto& s = array.shape;
  LabelArray labels(s.size() == 2 ? Index3{1, s[0], s[1]} : Index3{s[0], s[1], s[2]});
  for (std::int64_t i = 0; i < labels.count(); ++i) {
    labels.data()[i] = static_cast<std::uint32_t>(array.values[static_cast<std::size_t>(i)]);
  }
  return labels;
}

}  // namespace karyo::test
