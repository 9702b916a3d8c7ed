#include "models/predict/tile_layout.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>

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
  std::vector<TileBox> boxes;
  for (const AxisTile& z : along(shape.z, block.z, overlap.z, tiles.z)) {
    for (const AxisTile& y : along(shape.y, block.y, overlap.y, tiles.y)) {
      for (const AxisTile& x : along(shape.x, block.x, overlap.x, tiles.x)) {
        boxes.push_back({{{z.read_begin, y.read_begin, x.read_begin},
                          {z.read_end, y.read_end, x.read_end}},
                         {{z.write_begin, y.write_begin, x.write_begin},
                          {z.write_end, y.write_end, x.write_end}}});
      }
    }
  }
  return boxes;
}

}  // namespace karyo
