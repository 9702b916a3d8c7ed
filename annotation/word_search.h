#pragma once

/// What hangs together, 64 voxels of a row at once: for the wand and the bucket.
///
/// Memory  three bits for each voxel of the 64 x 64 tiles that the search comes to.
/// Threads one.
/// Source  rows are spread over by doubling shifts (chess programs' occluded fill).

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "annotation/index_axis.h"
#include "core/image/axes.h"

namespace karyo {

/// The axes it runs along, goes down, and goes from plane to plane: x, y and z of turned places.
struct Turn {
  Axis u, v, w;

  Index3 turned(const Index3& p) const { return {along(p, w), along(p, v), along(p, u)}; }
  Index3 back(const Index3& p) const {
    Index3 q;
    coordinate(q, w) = p.z;
    coordinate(q, v) = p.y;
    coordinate(q, u) = p.x;
    return q;
  }
};

/// 64 voxels of a row, the first in the lowest bit.
using Word = std::uint64_t;
constexpr std::int64_t kWordSide = 64;

/// All bits of `within` that hang together with one of `seeds` along the row.
inline Word spread_along(Word seeds, Word within) {
  Word up = seeds & within, down = up, up_way = within, down_way = within;
  for (int by = 1; by < kWordSide; by *= 2) {
    up |= up_way & (up << by);
    up_way &= up_way << by;
    down |= down_way & (down >> by);
    down_way &= down_way >> by;
  }
  return up | down;
}

/// What hangs together with a seed. Source: shape(), and row(z, y, x), a Word of which of the 64
/// voxels from x on, a multiple of kWordSide, fit; asked once a word.
template <typename Source>
class WordSearch {
 public:
  explicit WordSearch(Source source, bool stack, bool corners = false)
      : source_(std::move(source)),
        stack_(stack),
        corners_(corners && !stack),
        columns_((source_.shape().x + kWordSide - 1) / kWordSide),
        rows_((source_.shape().y + kWordSide - 1) / kWordSide),
        tiles_(static_cast<std::size_t>(source_.shape().z * rows_ * columns_)) {}

  /// The box of all that was found; none once it is larger than `most_voxels`.
  std::optional<Box3> from(const Index3& seed,
                           std::int64_t most_voxels = std::numeric_limits<std::int64_t>::max()) {
    ask({seed.z, seed.y, seed.x / kWordSide}, Word{1} << (seed.x % kWordSide));
    while (!waiting_.empty()) {
      if (box_.shape().count() > most_voxels) return std::nullopt;
      const Index3 at = waiting_.back();
      waiting_.pop_back();
      look(at);
    }
    return box_;
  }
  /// The word that the voxel is in.
  Word chosen(std::int64_t z, std::int64_t y, std::int64_t x) const {
    const auto& tile = tiles_[number({z, y / kWordSide, x / kWordSide})];
    return tile ? tile->chosen[static_cast<std::size_t>(y % kWordSide)] : 0;
  }

 private:
  /// 64 x 64 voxels of a plane, made when the search first comes to them.
  struct Tile {
    std::array<Word, kWordSide> fits{}, chosen{};
    std::array<Word, kWordSide> asked{};  // seeds that were not looked at yet
    Word known = 0;                   // rows whose fits is set
    bool waits = false;               // is in the list of tiles with something asked
  };

  std::size_t number(const Index3& tile) const {
    return static_cast<std::size_t>((tile.z * rows_ + tile.y) * columns_ + tile.x);
  }

  /// Bits of the word `at`: plane, row, word of the row.
  void ask(const Index3& at, Word bits) {
    const Index3 shape = source_.shape();
    if (bits == 0 || at.z < 0 || at.y < 0 || at.x < 0 || at.z >= shape.z || at.y >= shape.y ||
        at.x >= columns_) {
      return;
    }
    const Index3 place{at.z, at.y / kWordSide, at.x};
    auto& tile = tiles_[number(place)];
    if (!tile) tile = std::make_unique<Tile>();
    const auto row = static_cast<std::size_t>(at.y % kWordSide);
    bits &= ~tile->chosen[row];
    if ((tile->known >> row & 1U) != 0) bits &= tile->fits[row];
    if (bits == 0) return;
    tile->asked[row] |= bits;
    if (!std::exchange(tile->waits, true)) waiting_.push_back(place);
  }

  /// Takes what a tile was asked for, row by row, until nothing of it is left.
  void look(const Index3& place) {
    Tile& tile = *tiles_[number(place)];
    bool more = true;
    while (more) {
      more = false;
      for (std::size_t row = 0; row < kWordSide; ++row) more = take(tile, place, row) || more;
      for (std::size_t row = kWordSide; more && row-- > 0;) take(tile, place, row);
    }
    tile.waits = false;
  }

  bool take(Tile& tile, const Index3& place, std::size_t row) {
    const Word seeds = std::exchange(tile.asked[row], 0);
    if (seeds == 0) return false;
    const std::int64_t y = place.y * kWordSide + static_cast<std::int64_t>(row);
    const std::int64_t x = place.x * kWordSide;
    if ((tile.known >> row & 1U) == 0) {
      tile.known |= Word{1} << row;
      tile.fits[row] = source_.row(place.z, y, x);
    }
    const Word found = spread_along(seeds, tile.fits[row] & ~tile.chosen[row]) & ~tile.chosen[row];
    if (found == 0) return false;
    tile.chosen[row] |= found;
    box_ = box_.united_with({{place.z, y, x + std::countr_zero(found)},
                             {place.z + 1, y + 1, x + kWordSide - std::countl_zero(found)}});
    const Word first = found & 1U, last = found >> (kWordSide - 1);
    ask({place.z, y, place.x - 1}, first << (kWordSide - 1));
    ask({place.z, y, place.x + 1}, last);
    for (const std::int64_t by : {-1, 1}) {
      ask({place.z, y + by, place.x}, corners_ ? found | found << 1 | found >> 1 : found);
      if (corners_) {
        ask({place.z, y + by, place.x - 1}, first << (kWordSide - 1));
        ask({place.z, y + by, place.x + 1}, last);
      }
      if (stack_) ask({place.z + by, y, place.x}, found);
    }
    return true;
  }

  Source source_;
  bool stack_, corners_;
  std::int64_t columns_, rows_;
  std::vector<std::unique_ptr<Tile>> tiles_;
  std::vector<Index3> waiting_;
  Box3 box_;
};

}  // namespace karyo
