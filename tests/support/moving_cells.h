#pragma once

/// A movie of square cells that drift together, one of which divides: labels with ids that say
/// nothing of who is who, and an image of them.

#include "core/image/volume.h"

namespace karyo::test {

inline constexpr int kMovingFrames = 6, kMovingSide = 4, kMovingDivides = 3;

struct MovingCells {
  Volume labels, image;
};

/// Six frames of 4 x 4 cells, 20 voxels (10 um) apart, that move by (2, 3) voxels a frame. The cell
/// in row 2, column 1 (from 0) is two cells, left and right of where it would be, from frame 3 on.
inline MovingCells moving_cells() {
  VoxelGrid grid;
  grid.spacing_y = grid.spacing_x = 0.5;
  grid.unit = "um";
  grid.frame_interval = 10;
  grid.time_unit = "min";
  const VolumeShape shape{kMovingFrames, 1, 1, 110, 120};
  MovingCells movie{Volume(VoxelType::kUInt16, shape, grid),
                    Volume(VoxelType::kUInt16, shape, grid)};
  for (int t = 0; t < kMovingFrames; ++t) {
    auto labels = movie.labels.view<std::uint16_t>(t, 0);
    auto image = movie.image.view<std::uint16_t>(t, 0);
    for (int y = 0; y < 110; ++y) {
      for (int x = 0; x < 120; ++x) image(0, y, x) = static_cast<std::uint16_t>(90 + (x + y) % 9);
    }
    const auto draw = [&](int id, int y, int x, int half_width) {
      for (int j = y - 4; j <= y + 4; ++j) {
        for (int i = x - half_width; i <= x + half_width; ++i) {
          labels(0, j, i) = static_cast<std::uint16_t>(id);
          image(0, j, i) = static_cast<std::uint16_t>(600 + 20 * (id % 5));
        }
      }
    };
    for (int k = 0; k < kMovingSide * kMovingSide; ++k) {
      const int y = 18 + 20 * (k / kMovingSide) + 2 * t, x = 18 + 20 * (k % kMovingSide) + 3 * t;
      const int id = 1 + (7 * k + 5 * t) % 16;  // another one in each frame
      if (k == 2 * kMovingSide + 1 && t >= kMovingDivides) {
        draw(id, y, x - 4, 2);
        draw(20, y, x + 4, 2);
      } else {
        draw(id, y, x, 4);
      }
    }
  }
  return movie;
}

}  // namespace karyo::test
