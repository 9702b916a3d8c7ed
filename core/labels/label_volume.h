#pragma once

/// A label image in copy-on-write tiles: what is edited, undone and shown.
///
/// Ids are uint32, 0 is background. Tiles are 64 x 64 in plane (Z, Y, X) = (1, 64, 64), shared and
/// immutable once another volume or an undo step holds them (label_tile.h); a null tile is all
/// background. A copy of a LabelVolume costs its tile pointers only.
///
/// Labels change through a LabelWriter alone. It keeps every tile it replaces, so undo is a swap
/// of pointers and forgetting undo does not compile.
///
/// Threads  one writer at a time, on one thread; any number of readers of a copy.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/image/axes.h"
#include "core/image/page_allocator.h"
#include "core/image/volume_view.h"
#include "core/labels/label_tile.h"

namespace karyo {

/// What is not annotated, and no object: training leaves it out. -1 in files of signed integers, as
/// StarDist has it.
inline constexpr std::uint32_t kIgnoredLabel = 0xffff'ffff;

/// Makes many tiles side by side in huge pages: a plane across a stack (YZ) reads one id here and
/// there of thousands of tiles. Up to 16 MiB lie together and go when the last tile of them does.
class TileSlabs {
 public:
  /// `count` is how many tiles will be asked for; more may be.
  explicit TileSlabs(std::size_t count) : left_(count) {}
  /// A tile of background.
  std::shared_ptr<WritableTile> next();

 private:
  using Slab = std::vector<WritableTile, PageAllocator<WritableTile>>;
  std::size_t left_, used_ = 0;
  std::shared_ptr<Slab> slab_;
};

/// Tiles before a change, by tile number; what undo needs.
using ReplacedTiles = std::unordered_map<std::int64_t, TilePointer>;
struct TileAt {
  std::int64_t number = 0;
  TilePointer tile = {};
};

class LabelVolume {
 public:
  LabelVolume() = default;
  explicit LabelVolume(Index3 shape);
  static LabelVolume from_dense(LabelView labels);

  Index3 shape() const { return shape_; }
  /// The id at a voxel inside the shape.
  std::uint32_t at(Index3 p) const {
    const auto& tile = tiles_[static_cast<std::size_t>(tile_number(p))];
    return tile ? tile->ids()[offset_in_tile(p)] : 0;
  }
  LabelArray to_dense() const { return to_dense(Box3::of_shape(shape_)); }
  /// `box` must lie within the shape.
  LabelArray to_dense(const Box3& box) const;
  /// Of objects: what is ignored has none. 0 where there is no object. Reads all tiles.
  std::uint32_t highest_id() const;
  /// No object has or had a higher number; in no time.
  std::uint32_t bound() const { return bound_; }
  /// A number that no object has, above all that were given so far; in no time.
  std::uint32_t unused_id() const { return bound_ + 1; }
  /// Bytes of tiles held (shared ones counted here too).
  std::size_t memory_bytes() const;

  std::int64_t tiles_per_row() const { return tiles_x_; }
  std::int64_t tile_number(Index3 p) const {
    return (p.z * tiles_y_ + p.y / kTileSide) * tiles_x_ + p.x / kTileSide;
  }
  static std::size_t offset_in_tile(Index3 p) {
    return static_cast<std::size_t>((p.y % kTileSide) * kTileSide + p.x % kTileSide);
  }
  /// Null: all background.
  const TilePointer& tile(std::int64_t number) const {
    return tiles_[static_cast<std::size_t>(number)];
  }
  Box3 box_of_tile(std::int64_t number) const;

  /// Puts tiles back (undo, redo); returns those they replace. `highest`: no object in `tiles` has
  /// a higher number; where it is not known they are read, 16 KiB each.
  ReplacedTiles swap_tiles(const ReplacedTiles& tiles, std::optional<std::uint32_t> highest = {});
  /// The same in place: each number is there once, and gets the tile that was there.
  void swap_tiles(std::span<TileAt> tiles, std::optional<std::uint32_t> highest = {});

 private:
  friend class LabelWriter;
  void note_id(std::uint32_t id) {
    if (id > bound_ && id != kIgnoredLabel) bound_ = id;
  }
  Index3 shape_;
  std::uint32_t bound_ = 0;  // no object has a higher number
  std::int64_t tiles_y_ = 0, tiles_x_ = 0;
  std::vector<TilePointer> tiles_;
};

/// Whether two hold the same labels, told by the tiles they share, in no time: false may be wrong
/// where they were made apart.
bool same_tiles(const LabelVolume& a, const LabelVolume& b);

class LabelWriter {
 public:
  /// `volume` must outlive the writer.
  explicit LabelWriter(LabelVolume& volume) : volume_(volume), bound_(volume.bound_) {}
  LabelWriter(const LabelWriter&) = delete;
  LabelWriter& operator=(const LabelWriter&) = delete;

  void set(Index3 p, std::uint32_t id);
  /// Sets `count` voxels of a row, from p on and inside the shape, where `may` says so of the id
  /// there now. Returns the first x that changed and one past the last; equal when none did.
  template <typename May>
  std::pair<std::int64_t, std::int64_t> set_row(Index3 p, std::int64_t count, std::uint32_t id,
                                                const May& may);
  /// Copies `labels` to the box that begins at `origin` (both inside the shape).
  void write(LabelView labels, Index3 origin);

  /// What was there before, tile by tile; tiles that ended up unchanged are left out.
  ReplacedTiles finish();
  /// Puts everything back.
  void drop();

 private:
  TileIds& writable_ids(std::int64_t number);

  LabelVolume& volume_;
  std::uint32_t bound_;  // before the change
  ReplacedTiles before_;
  std::unordered_map<std::int64_t, TileIds*> open_;
};

template <typename May>
std::pair<std::int64_t, std::int64_t> LabelWriter::set_row(Index3 p, std::int64_t count,
                                                           std::uint32_t id, const May& may) {
  const std::int64_t end = p.x + count;
  std::int64_t first = end, last = p.x;
  for (std::int64_t x = p.x; x < end;) {
    const std::int64_t stop = std::min(end, (x / kTileSide + 1) * kTileSide);
    const std::int64_t number = volume_.tile_number({p.z, p.y, x});
    const std::size_t at = LabelVolume::offset_in_tile({p.z, p.y, x});
    TileIds* open = nullptr;
    const TileIds& before = ids_of(volume_.tile(number).get());
    for (std::int64_t i = 0; i < stop - x; ++i) {
      const std::size_t place = at + static_cast<std::size_t>(i);
      const std::uint32_t now = open ? (*open)[place] : before[place];
      if (now == id || !may(now)) continue;
      if (open == nullptr) open = &writable_ids(number);
      (*open)[place] = id;
      first = std::min(first, x + i);
      last = x + i + 1;
    }
    x = stop;
  }
  if (first < last) volume_.note_id(id);
  return first < last ? std::pair{first, last} : std::pair{p.x, p.x};
}

}  // namespace karyo
