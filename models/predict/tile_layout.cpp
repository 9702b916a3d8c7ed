#include "models/predict/tile_layout.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <limits>

namespace karyo {
namespace {

std::int64_t blocks_of(std::int64_t pixels, std::int64_t block) {
  return (pixels + block - 1) / block;
}

/// The same layout in pixels.
std::vector<AxisTile> scaled(std::vector<AxisTile> tiles, std::int64_t block) {
  for (AxisTile& tile : tiles) {
    tile.read_begin *= block;
    tile.read_end *= block;
    tile.write_begin *= block;
    tile.write_end *= block;
  }
  return tiles;
}

std::vector<TileBox> boxes_of(const std::vector<AxisTile>& along_z,
                              const std::vector<AxisTile>& along_y,
                              const std::vector<AxisTile>& along_x) {
  std::vector<TileBox> boxes;
  for (const AxisTile& z : along_z) {
    for (const AxisTile& y : along_y) {
      for (const AxisTile& x : along_x) {
        boxes.push_back(
            {{{z.read_begin, y.read_begin, x.read_begin}, {z.read_end, y.read_end, x.read_end}},
             {{z.write_begin, y.write_begin, x.write_begin},
              {z.write_end, y.write_end, x.write_end}}});
      }
    }
  }
  return boxes;
}

/// One way to tile an axis.
struct AxisChoice {
  std::int64_t longest = 0, read = 0;  ///< of a tile, and of all together
  std::vector<AxisTile> tiles;
};

/// From the smallest tiles to one for all, each at most about a tenth larger than the one before.
std::vector<AxisChoice> choices(std::int64_t extent, std::int64_t size, std::int64_t margin) {
  const std::int64_t blocks = extent / size, overlap = blocks_of(margin, size);
  std::vector<AxisChoice> all;
  for (std::int64_t tile = 2 * overlap + 1;; tile += std::max<std::int64_t>(1, tile / 10)) {
    AxisChoice choice;
    choice.tiles =
        scaled(tile_axis(blocks, std::min(tile, std::max(blocks, 2 * overlap + 1)), overlap), size);
    for (const AxisTile& part : choice.tiles) {
      const std::int64_t length = part.read_end - part.read_begin;
      choice.longest = std::max(choice.longest, length);
      choice.read += length;
    }
    all.push_back(std::move(choice));
    if (all.back().tiles.size() == 1) return all;
  }
}

}  // namespace

std::vector<AxisTile> tile_axis(std::int64_t blocks, std::int64_t tile, std::int64_t overlap) {
  assert(blocks >= 1 && tile > 2 * overlap);
  if (blocks <= tile) return {{0, blocks, 0, blocks}};
  std::vector<AxisTile> tiles{{0, tile, 0, tile - overlap}};
  while (tiles.back().read_end < blocks) {
    const AxisTile& before = tiles.back();
    std::int64_t begin = before.read_end - 2 * overlap;
    begin -= std::max<std::int64_t>(0, begin + tile - blocks);
    const std::int64_t end = begin + tile;
    tiles.push_back({begin, end, before.write_end, end == blocks ? blocks : end - overlap});
  }
  return tiles;
}

std::vector<AxisTile> tile_axis_into(std::int64_t blocks, std::int64_t tiles,
                                     std::int64_t overlap) {
  const std::int64_t smallest = 2 * overlap + 1;
  // The count never grows with the tile's size, so the first size with few enough is found by
  // halving.
  const auto count = [&](std::int64_t tile) {
    return static_cast<std::int64_t>(tile_axis(blocks, tile, overlap).size());
  };
  std::int64_t low = smallest, high = std::max(smallest, blocks);
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (count(middle) > tiles) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == smallest) return tile_axis(blocks, low, overlap);
  const bool smaller_is_as_close =
      std::abs(count(low - 1) - tiles) <= std::abs(count(low) - tiles);
  return tile_axis(blocks, smaller_is_as_close ? low - 1 : low, overlap);
}

std::vector<TileBox> tile_layout(Index3 shape, Index3 block, Index3 overlap, Index3 tiles) {
  const auto along = [](std::int64_t extent, std::int64_t size, std::int64_t margin,
                        std::int64_t wanted) {
    return scaled(tile_axis_into(extent / size, std::max<std::int64_t>(1, wanted),
                                 blocks_of(margin, size)),
                  size);
  };
  return boxes_of(along(shape.z, block.z, overlap.z, tiles.z),
                  along(shape.y, block.y, overlap.y, tiles.y),
                  along(shape.x, block.x, overlap.x, tiles.x));
}

std::vector<TileBox> tile_layout_within(Index3 shape, Index3 block, Index3 overlap,
                                        std::int64_t most_voxels) {
  const auto along_z = choices(shape.z, block.z, overlap.z);
  const auto along_y = choices(shape.y, block.y, overlap.y);
  const auto along_x = choices(shape.x, block.x, overlap.x);
  const AxisChoice *best_z = &along_z[0], *best_y = &along_y[0], *best_x = &along_x[0];
  double fewest = std::numeric_limits<double>::infinity();
  for (const auto& z : along_z) {
    for (const auto& y : along_y) {
      for (const auto& x : along_x) {
        if (z.longest * y.longest * x.longest > most_voxels) continue;
        const double seen =
            static_cast<double>(z.read) * static_cast<double>(y.read) * static_cast<double>(x.read);
        if (seen >= fewest) continue;
        fewest = seen;
        best_z = &z, best_y = &y, best_x = &x;
      }
    }
  }
  return boxes_of(best_z->tiles, best_y->tiles, best_x->tiles);
}

}  // namespace karyo
