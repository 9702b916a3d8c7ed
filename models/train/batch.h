#pragma once

/// What one training step takes, free of any tensor library.

#include <cstdint>
#include <vector>

#include "core/image/axes.h"

namespace karyo {

/// Patches and targets of StarDist; in 2D depth and grid_depth are 1. All arrays contiguous,
/// slowest axis first.
struct StarDistBatch {
  int batch = 0, channels = 0, height = 0, width = 0;  ///< of the input patches
  int grid_height = 0, grid_width = 0;                 ///< of the targets: ceil(size / grid)
  int depth = 1, grid_depth = 1;                       ///< in 3D: (N, C, D, H, W), (N, d, h, w)
  int rays = 0;
  std::vector<float> image;  ///< (N, C, H, W), normalised
  std::vector<float> prob;   ///< (N, h, w), object probability in [0, 1]; -1 where ignored
  std::vector<float> dist;   ///< (N, h, w, R), distance to the border in pixels
  std::vector<float> mask;   ///< (N, h, w), weight of the distance loss: prob, and 0 where ignored
  /// (N, h, w), class of the object, 0 on background, -1 where it is not known; empty where no
  /// classes are learned.
  std::vector<std::int64_t> classes;
};

/// Patches and what they should become, of CARE and Noise2Void. Arrays are (N, C, Z, Y, X),
/// contiguous; Z is 1 in 2D.
struct RestorationBatch {
  std::int64_t batch = 0, channels_in = 0, channels_out = 0;
  Index3 size;                ///< of a patch
  std::vector<float> image;   ///< normalised; in Noise2Void with pixels hidden
  std::vector<float> target;  ///< normalised; in Noise2Void the hidden values, 0 elsewhere
  std::vector<float> mask;    ///< Noise2Void: 1 where a pixel is hidden, else 0; CARE: empty
};

}  // namespace karyo
