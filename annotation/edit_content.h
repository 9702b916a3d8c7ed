#pragma once

/// What an edit holds: the tiles that it replaced, as they are at first; then, of tiles of which
/// less than half changed, those voxels alone.
///
/// Threads  any. Labels are swapped on their own thread, while another may thin.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "annotation/replaced_voxels.h"

namespace karyo {

class EditContent {
 public:
  using SharedTiles = std::shared_ptr<const ReplacedTiles>;

  explicit EditContent(ReplacedTiles tiles);

  /// Puts back what is held and holds what was there.
  void swap(LabelVolume& labels, std::optional<std::uint32_t> highest);
  /// Those that are held as a whole. Never null.
  SharedTiles tiles() const;
  /// Whether it was thinned already: nothing more is to be gained.
  bool thin() const;
  /// Keeps of tiles of which less than half changed those voxels alone: at most twice the bytes of
  /// what changed, and 12 for a tile. `whole` is what tiles() were when `other`, the same tiles at
  /// the other end of the change, was taken: nothing is done where they were swapped since.
  void thin(const SharedTiles& whole, const ReplacedTiles& other);
  std::uint64_t bytes() const;

 private:
  bool still(const SharedTiles& whole) const { return tiles() == whole; }

  mutable std::mutex mutex_;
  SharedTiles tiles_;
  ReplacedVoxels voxels_;
  bool thin_ = false;
  std::uint64_t bytes_of_tiles_ = 0;
};

}  // namespace karyo
