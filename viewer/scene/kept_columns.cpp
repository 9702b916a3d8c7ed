#include "viewer/scene/kept_columns.h"

#include <algorithm>
#include <cstdlib>

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

/// How many of the `missing` tiles a frame keeps: so many that all are there when the next group is
/// shown.
std::size_t share_of(std::size_t missing, std::size_t all, std::int64_t plane, std::int64_t step) {
  constexpr std::int64_t kPlanes = KeptColumns::kPlanes;
  const std::size_t usual = all / kPlanes + 1;
  if (step == 0) return usual;
  const std::int64_t in_group = plane % kPlanes;
  const auto frames = static_cast<std::size_t>(step > 0 ? kPlanes - in_group : in_group + 1);
  return std::max((missing + frames - 1) / frames, usual);
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

  const std::int64_t plane = seen.begin.x, step = last_ == kNone ? kPlanes : plane - last_;
  last_ = plane;
  // Far from the last one nobody knows which is next.
  Group* filled = std::abs(step) <= 1 ? &group_to_fill(plane, step) : nullptr;
  std::vector<std::int64_t> places;  // of the group to fill
  const std::size_t all = tiles_in(seen);
  std::size_t read = all;  // from tiles, to draw this frame
  for (Group& group : groups_) {
    auto absent = missing(group, labels, seen);
    if (group.number == plane / kPlanes) read = absent.size();
    if (&group == filled) places = std::move(absent);
  }
  if (filled) {
    // A frame that has much to read itself keeps little: it shall not take longer for it.
    const std::size_t most = (all - read) / 2 + all / (2 * kPlanes) + 1;
    places.resize(std::min({places.size(), most, share_of(places.size(), all, plane, step)}));
    keep(*filled, labels, places, threads);
  }

  drawn_ = kNone;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (groups_[i].number == plane / kPlanes) drawn_ = static_cast<std::int64_t>(i);
  }
  column_ = static_cast<std::size_t>(plane % kPlanes * kTileSide);
}

/// Of a plane that is looked at again its own group, of one in a row of them the next; made the one
/// that is kept in place of the other that is of no use now.
KeptColumns::Group& KeptColumns::group_to_fill(std::int64_t plane, std::int64_t step) {
  const std::int64_t here = plane / kPlanes;
  const std::int64_t last = (shape_.x - 1) / kPlanes;
  const std::int64_t wanted =
      step == 0 ? here : std::clamp<std::int64_t>(here + (step > 0 ? 1 : -1), 0, last);
  for (Group& group : groups_) {
    if (group.number == wanted) return group;
  }
  Group& group = groups_[groups_[0].number == here ? 1 : 0];
  group.number = wanted;
  const auto places = static_cast<std::size_t>(shape_.z * rows_of_tiles_);
  group.kept.assign(places, 0);
  group.tiles.resize(places);
  if (!group.ids) {
    const std::size_t bytes = places * kIdsOfTile * sizeof(std::uint32_t);
    // Not cleared, which would take longer than a frame has.
    group.ids = {static_cast<std::uint32_t*>(allocate_voxels(bytes)), FreeKeptIds{bytes}};
  }
  return group;
}

/// Lets go of what the volume has no longer. Returns the places of tiles that are seen and not
/// kept.
std::vector<std::int64_t> KeptColumns::missing(Group& group, const LabelVolume& labels,
                                               const Box3& seen) const {
  std::vector<std::int64_t> places;
  const std::int64_t plane = group.number * kPlanes;
  for (std::size_t place = 0; place < group.tiles.size(); ++place) {
    const TilePointer& now = labels.tile(tile_at(place, tiles_per_row_, plane));
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

void KeptColumns::keep(Group& group, const LabelVolume& labels,
                       const std::vector<std::int64_t>& places, int threads) const {
  const std::int64_t plane = group.number * kPlanes;
  const auto copy = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto place = static_cast<std::size_t>(places[static_cast<std::size_t>(i)]);
      group.tiles[place] = labels.tile(tile_at(place, tiles_per_row_, plane));
      group.kept[place] = 1;
      const std::uint32_t* from = group.tiles[place]->ids.data() + plane % kTileSide;
      std::uint32_t* to = group.ids.get() + place * kIdsOfTile;
      for (std::int64_t y = 0; y < kTileSide; ++y, from += kTileSide, ++to) {
        for (std::int64_t x = 0; x < kPlanes; ++x) to[x * kTileSide] = from[x];
      }
    }
  };
  parallel_for(0, std::ssize(places), 64, copy, threads);
}

}  // namespace karyo
