#pragma once

/// What one training step takes, free of any tensor library.

#include <cstdint>
#include <vector>

namespace karyo {

/// Patches and targets of StarDist 2D. All arrays contiguous, slowest axis first.
struct StarDistBatch {
  int batch = 0, channels = 0, height = 0, width = 0;  ///< of the input patches
  int grid_height = 0, grid_width = 0;                 ///< of the targets: ceil(size / grid)
  int rays = 0;
  std::vector<float> image;  ///< (N, C, H, W), normalised
  std::vector<float> prob;   ///< (N, h, w), object probability in [0, 1]
  std::vector<float> dist;   ///< (N, h, w, R), distance to the border in pixels
  std::vector<float> mask;   ///< (N, h, w), weight of the distance loss (equal to prob)
};

}  // namespace karyo
