#pragma once

/// Where overlapping tiles of a prediction are read and written.

#include <vector>

#include "core/image/axes.h"

namespace karyo {

/// One tile along one axis: [read_begin, read_end) goes through the network,
/// [write_begin, write_end) of it is kept.
struct AxisTile {
  std::int64_t read_begin = 0, read_end = 0;
  std::int64_t write_begin = 0, write_end = 0;
  friend bool operator==(const AxisTile&, const AxisTile&) = default;
};

/// `tile` blocks a tile (cut to `blocks`), of which `overlap` at inner sides are not kept; the last
/// tile is shifted back to end with the axis. tile > 2 * overlap, blocks >= 1.
std::vector<AxisTile> tile_axis(std::int64_t blocks, std::int64_t tile, std::int64_t overlap);

/// The smallest tiles whose number comes closest to `tiles` (>= 1); it may be smaller or larger.
/// Source  csbdeep 0.8.2, tile_iterator(guarantee="size").
std::vector<AxisTile> tile_axis_into(std::int64_t blocks, std::int64_t tiles, std::int64_t overlap);

struct TileBox {
  Box3 read, write;
};

/// Tiles of an image whose padded `shape` is divisible by `block` (the network's divisibility) on
/// every axis; `overlap` is the one-sided receptive field in pixels, `tiles` what is asked for.
/// Write boxes cover the shape exactly once. Z outermost, X innermost.
std::vector<TileBox> tile_layout(Index3 shape, Index3 block, Index3 overlap, Index3 tiles);

/// The same with tiles of at most `most_voxels` read voxels, chosen so that the network sees the
/// fewest voxels in all. Tiles are no smaller than two overlaps and a block on each axis, whatever
/// `most_voxels` is.
std::vector<TileBox> tile_layout_within(Index3 shape, Index3 block, Index3 overlap,
                                        std::int64_t most_voxels);

}  // namespace karyo
