#pragma once

/// What a change replaced in tiles of which it changed little: those voxels alone, as runs in rows
/// of the tile. A tile is 16 KiB; a dab changes a few hundred bytes of it.
///
/// Threads  one; none of it is shared.

#include <cstdint>
#include <optional>

#include "core/labels/label_volume.h"
#include "core/labels/tile_patch.h"

namespace karyo {

class ReplacedVoxels {
 public:
  /// Keeps of tile `number` what `before` has and `now` has not; null is all background. False, and
  /// nothing is kept, where half of the voxels or more differ: the tile itself is as short then.
  /// Each tile once.
  bool add(std::int64_t number, const LabelTile* before, const LabelTile* now);
  /// Puts the voxels back, and keeps those that were there in their place. Exact, where these
  /// differ from what is kept in the same voxels as when they were added. Copies no tile: those
  /// put back are made when they are first read.
  /// `highest` as in LabelVolume::swap_tiles.
  void swap(LabelVolume& labels, std::optional<std::uint32_t> highest);
  bool empty() const { return words_.empty(); }
  /// At most 8 for each voxel, and 12 for each tile.
  std::uint64_t bytes() const { return words_.size() * sizeof words_[0]; }

 private:
  // Tile by tile: number (2 words), words that follow with a mark where the tile was null, runs.
  PatchWords words_;
};

}  // namespace karyo
