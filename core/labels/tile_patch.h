#pragma once

/// Some voxels of a tile and their ids, as runs in rows of it, and tiles that are others but for
/// such voxels.
///
/// A tile is 16 KiB; to copy tens of thousands of them for a voxel in each takes longer than a
/// person is to wait for. So they are put together from the other tile and the patch when somebody
/// first looks at them: the few that are seen at once, the rest by who counts objects meanwhile.
///
/// Threads  any; of words that several patches share none may change.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "core/labels/label_tile.h"

namespace karyo {

/// Runs one after the other: place and length, marked where all ids are one, which then stands
/// once; else all of them.
using PatchWords = std::vector<std::uint32_t>;

/// A part of words that many share.
struct TilePatch {
  std::shared_ptr<const PatchWords> words;
  std::size_t begin = 0, end = 0;

  std::span<const std::uint32_t> runs() const {
    return std::span(*words).subspan(begin, end - begin);
  }
};

/// Adds the voxels in which `ids` differ from `others`, with their ids. False, and nothing is
/// added, where half of the voxels or more differ, or none.
bool append_differing(PatchWords& words, const TileIds& ids, const TileIds& others);
/// Adds the voxels of a patch, with the ids that they have here.
void append_same_voxels(PatchWords& words, std::span<const std::uint32_t> runs, const TileIds& ids);
void apply_patch(std::span<const std::uint32_t> runs, TileIds& ids);

/// A tile like another but for the voxels of a patch. Adds to `replaced` what these had there.
TilePointer patched(const TilePointer& tile, const TilePatch& patch, PatchWords& replaced);

/// Holds the other tile and the patch until its ids are made.
class PatchedTile final : public LabelTile {
 public:
  /// Null is background. The ids of `base` are made.
  PatchedTile(TilePointer base, TilePatch patch)
      : LabelTile(nullptr), base_(std::move(base)), patch_(std::move(patch)) {}

 private:
  friend TilePointer patched(const TilePointer&, const TilePatch&, PatchWords&);
  const TileIds& make() const override;
  /// Where its ids are not made: of the same base, with both patches, in `made`.
  bool patch_again(const TilePatch& patch, PatchWords& replaced, TilePointer& made) const;

  mutable std::mutex mutex_;
  mutable TilePointer base_;
  mutable TilePatch patch_;
  mutable std::unique_ptr<TileIds> own_;
};

}  // namespace karyo
