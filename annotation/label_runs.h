#pragma once

/// Labels as runs along x, read straight from the tiles.

#include <algorithm>
#include <cstdint>

#include "core/labels/label_volume.h"

namespace karyo {

/// Calls body(first voxel, x past the last, id) for each run of one id other than 0 within the box
/// (inside the shape), row after row; runs go on across tiles. Labels must not change meanwhile.
template <typename Body>
void for_each_run(const LabelVolume& labels, const Box3& box, const Body& body) {
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      std::uint32_t id = 0;
      std::int64_t begin = box.begin.x;
      for (std::int64_t x = box.begin.x; x < box.end.x;) {
        const std::int64_t stop = std::min(box.end.x, (x / kTileSide + 1) * kTileSide);
        const TilePointer& tile = labels.tile(labels.tile_number({z, y, x}));
        const std::uint32_t* ids =
            tile ? tile->ids().data() + LabelVolume::offset_in_tile({z, y, x}) : nullptr;
        for (std::int64_t i = 0; i < stop - x; ++i) {
          const std::uint32_t now = ids ? ids[i] : 0;
          if (now == id) {
            if (!ids) break;  // all of this part is background
            continue;
          }
          if (id != 0) body(Index3{z, y, begin}, x + i, id);
          id = now;
          begin = x + i;
        }
        x = stop;
      }
      if (id != 0) body(Index3{z, y, begin}, box.end.x, id);
    }
  }
}

}  // namespace karyo
