#pragma once

/// What one training step takes, free of any tensor library.

#include <cstdint>
#include <vector>

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
};

}  // namespace karyo
