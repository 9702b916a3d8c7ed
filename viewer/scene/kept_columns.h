#pragma once

/// YZ planes of labels: ids of planes to come, kept in the order in which they are drawn.
///
/// A YZ plane takes one id of each row of each tile, and each lies in a cache line of its own: a
/// million of them for 1024 x 1024 voxels. The ids of the planes beside it lie in the same lines.
/// So while planes are looked at in turn (scrolling), or one again and again (zooming), every frame
/// puts a share of them together, and one that comes later reads a sixteenth of the lines.
///
/// What is kept is taken as long as the volume has the same tile, so it never shows what was
/// before; a tile that the volume has no longer stays in memory until the next whole frame.
///
/// Threads  one calls prepare() and clear(), any number column() between them.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/image/axes.h"
#include "core/labels/label_volume.h"
#include "viewer/scene/plane_groups.h"
#include "viewer/scene/uncleared.h"

namespace karyo {

class KeptColumns {
 public:
  /// Planes that are kept together.
  static constexpr std::int64_t kPlanes = 4;
  /// Tiles that a plane passes through: of fewer the caches of a processor hold all lines, of more
  /// it would be over 32 MiB twice (1 KiB a tile).
  static constexpr std::int64_t kFewestTiles = 1024, kMostTiles = 32768;

  /// Before a whole frame. `seen`: the voxels of `labels` that it shows, one wide along X.
  void prepare(const LabelVolume& labels, const Box3& seen, int threads);
  /// The 64 ids of plane `x` in tile `number` of a volume of that shape, along Y. Null where they
  /// are not kept, as of any plane but the one that was prepared last, or are not of `tile`.
  const std::uint32_t* column(Index3 shape, std::int64_t x, std::int64_t number,
                              const LabelTile* tile) const {
    if (drawn_ == PlaneGroups::kNone || !tile || shape != shape_) return nullptr;
    if (x != planes_.last_plane_shown()) return nullptr;
    const Group& group = groups_[static_cast<std::size_t>(drawn_)];
    const auto place = static_cast<std::size_t>(number / tiles_per_row_);
    if (group.kept[place] == 0 || group.tiles[place].get() != tile) return nullptr;
    return group.ids.get() + place * kIdsOfTile + column_;
  }
  void clear() { *this = {}; }

 private:
  static constexpr std::size_t kIdsOfTile = kPlanes * kTileSide;

  struct Group {
    std::vector<char> kept;          // by place: [z][row of tiles]
    std::vector<TilePointer> tiles;  // whose ids they are; those of the planes before until then
    Uncleared<std::uint32_t> ids;    // [place][plane][y in tile]
  };
  std::vector<std::int64_t> missing(Group& group, std::int64_t first_plane,
                                    const LabelVolume& labels, const Box3& seen) const;
  void keep(Group& group, std::int64_t first_plane, const LabelVolume& labels,
            const std::vector<std::int64_t>& places, int threads) const;

  Index3 shape_ = {};
  std::int64_t rows_of_tiles_ = 0, tiles_per_row_ = 1;
  PlaneGroups planes_{kPlanes};
  std::array<Group, 2> groups_ = {};
  int drawn_ =
      PlaneGroups::kNone;  // the group of the plane prepared last, and where in it that lies
  std::size_t column_ = 0;
};

}  // namespace karyo
