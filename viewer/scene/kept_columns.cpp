#include "viewer/scene/kept_columns.h"

#include <algorithm>

#include "core/base/parallel.h"

namespace karyo {
namespace {

/// The number of tile `place` of the planes' column of tiles.
std::int64_t tile_at(std::size_t place, std::int64_t tiles_per_row, std::int64_t plane) {
  return static_cast<std::int64_t>(place) * tiles_per_row + plane / kTileSide;
}

std::size_t tiles_in(const Box3& seen) {
  const std::int64_t rows = (seen.end.y - 1) / kTileSide - seen.begin.y / kTileSide + 1;
  return static_cast<std::size_t>((seen.end.z - seen.begin.z) * rows);
}

}  // namespace

void KeptColumns::prepare(const LabelVolume& labels, const Box3& seen, int threads) {
  const Index3 shape = labels.shape();
  const std::int64_t rows_of_tiles = (shape.y + kTileSide - 1) / kTileSide;
  const std::int64_t tiles = shape.z * rows_of_tiles;
  if (tiles < kFewestTiles || tiles > kMostTiles || seen.empty()) return clear();
  if (shape != shape_) {
    clear();
    shape_ = shape;
    rows_of_tiles_ = rows_of_tiles;
    tiles_per_row_ = labels.tiles_per_row();
  }

  const PlaneGroups::Plan plan = planes_.next(seen.begin.x, shape.x);
  if (plan.fill != PlaneGroups::kNone) {
    Group& group = groups_[static_cast<std::size_t>(plan.fill)];
    const auto places = static_cast<std::size_t>(shape.z * rows_of_tiles);
    if (plan.begun) group.kept.assign(places, 0);
    if (!group.ids) {
      group.tiles.resize(places);
      group.ids = uncleared<std::uint32_t>(places * kIdsOfTile);
    }
  }
  std::array<std::vector<std::int64_t>, 2> absent;
  for (int i = 0; i < 2; ++i) {
    const auto at = static_cast<std::size_t>(i);
    absent[at] = missing(groups_[at], planes_.first_plane(i), labels, seen);
  }
  if (plan.fill != PlaneGroups::kNone) {
    const std::size_t all = tiles_in(seen);
    const std::size_t read = plan.drawn == PlaneGroups::kNone
                                 ? all
                                 : absent[static_cast<std::size_t>(plan.drawn)].size();
    auto& places = absent[static_cast<std::size_t>(plan.fill)];
    places.resize(share_to_keep(plan, places.size(), all, read, kPlanes));
    keep(groups_[static_cast<std::size_t>(plan.fill)], planes_.first_plane(plan.fill), labels,
         places, threads);
  }
  drawn_ = plan.drawn;
  column_ = static_cast<std::size_t>(seen.begin.x % kPlanes * kTileSide);
}

/// Lets go of what the volume has no longer. Returns the places of tiles that are seen and not
/// kept.
std::vector<std::int64_t> KeptColumns::missing(Group& group, std::int64_t first_plane,
                                               const LabelVolume& labels, const Box3& seen) const {
  std::vector<std::int64_t> places;
  for (std::size_t place = 0; place < group.tiles.size(); ++place) {
    const TilePointer& now = labels.tile(tile_at(place, tiles_per_row_, first_plane));
    if (group.tiles[place] != now) {
      group.tiles[place].reset();
      group.kept[place] = 0;
    }
    if (group.kept[place] != 0 || !now) continue;
    const auto at = static_cast<std::int64_t>(place);
    const std::int64_t z = at / rows_of_tiles_, row = at % rows_of_tiles_;
    if (z >= seen.begin.z && z < seen.end.z && row >= seen.begin.y / kTileSide &&
        row <= (seen.end.y - 1) / kTileSide) {
      places.push_back(at);
    }
  }
  return places;
}

void KeptColumns::keep(Group& group, std::int64_t first_plane, const LabelVolume& labels,
                       const std::vector<std::int64_t>& places, int threads) const {
  const auto copy = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto place = static_cast<std::size_t>(places[static_cast<std::size_t>(i)]);
      group.tiles[place] = labels.tile(tile_at(place, tiles_per_row_, first_plane));
      group.kept[place] = 1;
      const std::uint32_t* from = group.tiles[place]->ids().data() + first_plane % kTileSide;
      std::uint32_t* to = group.ids.get() + place * kIdsOfTile;
      for (std::int64_t y = 0; y < kTileSide; ++y, from += kTileSide, ++to) {
        for (std::int64_t x = 0; x < kPlanes; ++x) to[x * kTileSide] = from[x];
      }
    }
  };
  parallel_for(0, std::ssize(places), 64, copy, threads);
}

}  // namespace karyo
