#include "annotation/wand.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "annotation/index_axis.h"

namespace karyo {
namespace {

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

Turn turn_of(const WandOptions& options) {
  if (options.whole_stack) return {Axis::kX, Axis::kY, Axis::kZ};
  return {horizontal_axis(options.plane), vertical_axis(options.plane), normal_axis(options.plane)};
}

/// 64 voxels of a row, the first in the lowest bit.
using Word = std::uint64_t;
constexpr std::int64_t kSide = 64;

/// All bits of `within` that hang together with one of `seeds` along the row.
Word spread_along(Word seeds, Word within) {
  Word up = seeds & within, down = up, up_way = within, down_way = within;
  for (int by = 1; by < kSide; by *= 2) {
    up |= up_way & (up << by);
    up_way &= up_way << by;
    down |= down_way & (down >> by);
    down_way &= down_way >> by;
  }
  return up | down;
}

/// The lowest bit of each of the eight bytes, side by side.
Word packed(std::uint64_t bytes) {
  constexpr std::uint64_t kGather = 0x0102'0408'1020'4080U;
  return (bytes * kGather) >> 56U;
}

/// A type's values that lie between two numbers, both ends included; there is one.
template <typename T>
struct Between {
  T low, high;

  Between(double least, double most) {
    if constexpr (std::is_floating_point_v<T>) {
      // What lies between as double lies between as T, once the ends are moved inwards to it.
      low = static_cast<T>(least);
      if (static_cast<double>(low) < least) low = std::nextafter(low, kMost<T>);
      high = static_cast<T>(most);
      if (static_cast<double>(high) > most) high = std::nextafter(high, -kMost<T>);
    } else {
      constexpr double kFirst = static_cast<double>(std::numeric_limits<T>::min());
      constexpr double kLast = static_cast<double>(std::numeric_limits<T>::max());
      low = static_cast<T>(std::ceil(std::max(least, kFirst)));
      high = static_cast<T>(std::floor(std::min(most, kLast)));
    }
  }
  bool holds(T value) const { return low <= value && value <= high; }

  template <typename F>
  static constexpr F kMost = std::numeric_limits<F>::infinity();
};

/// Which of `count` voxels of a row, `step` apart, fit.
template <typename T>
Word fitting(const T* row, std::int64_t step, std::int64_t count, const Between<T>& values) {
  alignas(8) std::array<std::uint8_t, kSide> fits{};
  if (step == 1) {
    for (std::int64_t i = 0; i < count; ++i) {
      fits[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(values.holds(row[i]));
    }
  } else {
    for (std::int64_t i = 0; i < count; ++i) {
      fits[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(values.holds(row[i * step]));
    }
  }
  Word word = 0;
  for (std::size_t byte = 0; byte < 8; ++byte) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, fits.data() + 8 * byte, 8);
    word |= packed(eight) << (8 * byte);
  }
  return word;
}

/// 64 x 64 voxels of a plane, made when the search first comes to them.
struct Tile {
  std::array<Word, kSide> fits{}, chosen{};
  std::array<Word, kSide> asked{};  // seeds that were not looked at yet
  Word known = 0;                   // rows whose fits is set
  bool waits = false;               // is in the list of tiles with something asked
};

Error too_large(std::int64_t most) {
  return {ErrorCode::kTooLarge,
          "the wand reaches through more than " + std::to_string(most) + " voxels",
          "Lower the tolerance, or choose in one plane only."};
}

/// The search, in turned places. T is the image's type of voxels.
template <typename T>
class Search {
 public:
  Search(const VolumeView<const T>& view, const Between<T>& values, const WandOptions& options)
      : view_(view),
        values_(values),
        options_(options),
        columns_((view.shape().x + kSide - 1) / kSide),
        rows_((view.shape().y + kSide - 1) / kSide),
        tiles_(static_cast<std::size_t>(view.shape().z * rows_ * columns_)) {}

  Result<Box3> from(const Index3& seed) {
    ask({seed.z, seed.y, seed.x / kSide}, Word{1} << (seed.x % kSide));
    while (!waiting_.empty()) {
      if (box_.shape().count() > options_.most_voxels) return too_large(options_.most_voxels);
      const Index3 at = waiting_.back();
      waiting_.pop_back();
      look(at);
    }
    return box_;
  }
  /// 64 voxels of a row from x on.
  Word chosen(std::int64_t z, std::int64_t y, std::int64_t x) const {
    const auto& tile = tiles_[number({z, y / kSide, x / kSide})];
    return tile ? tile->chosen[static_cast<std::size_t>(y % kSide)] : 0;
  }

 private:
  std::size_t number(const Index3& tile) const {
    return static_cast<std::size_t>((tile.z * rows_ + tile.y) * columns_ + tile.x);
  }

  /// Bits of the word `at`: plane, row, word of the row.
  void ask(const Index3& at, Word bits) {
    const Index3 shape = view_.shape();
    if (bits == 0 || at.z < 0 || at.y < 0 || at.x < 0 || at.z >= shape.z || at.y >= shape.y ||
        at.x >= columns_) {
      return;
    }
    const Index3 place{at.z, at.y / kSide, at.x};
    auto& tile = tiles_[number(place)];
    if (!tile) tile = std::make_unique<Tile>();
    const auto row = static_cast<std::size_t>(at.y % kSide);
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
      for (std::size_t row = 0; row < kSide; ++row) more = take(tile, place, row) || more;
      for (std::size_t row = kSide; more && row-- > 0;) take(tile, place, row);
    }
    tile.waits = false;
  }

  bool take(Tile& tile, const Index3& place, std::size_t row) {
    const Word seeds = std::exchange(tile.asked[row], 0);
    if (seeds == 0) return false;
    const std::int64_t y = place.y * kSide + static_cast<std::int64_t>(row);
    const std::int64_t x = place.x * kSide;
    if ((tile.known >> row & 1U) == 0) {
      tile.known |= Word{1} << row;
      tile.fits[row] = fitting(&view_(place.z, y, x), view_.strides().x,
                               std::min(kSide, view_.shape().x - x), values_);
    }
    const Word found = spread_along(seeds, tile.fits[row] & ~tile.chosen[row]) & ~tile.chosen[row];
    if (found == 0) return false;
    tile.chosen[row] |= found;
    box_ = box_.united_with({{place.z, y, x + std::countr_zero(found)},
                             {place.z + 1, y + 1, x + kSide - std::countl_zero(found)}});
    const bool corners = options_.corners && !options_.whole_stack;
    const Word first = found & 1U, last = found >> (kSide - 1);
    ask({place.z, y, place.x - 1}, first << (kSide - 1));
    ask({place.z, y, place.x + 1}, last);
    for (const std::int64_t by : {-1, 1}) {
      ask({place.z, y + by, place.x}, corners ? found | found << 1 | found >> 1 : found);
      if (corners) {
        ask({place.z, y + by, place.x - 1}, first << (kSide - 1));
        ask({place.z, y + by, place.x + 1}, last);
      }
      if (options_.whole_stack) ask({place.z + by, y, place.x}, found);
    }
    return true;
  }

  VolumeView<const T> view_;
  Between<T> values_;
  const WandOptions& options_;
  std::int64_t columns_, rows_;
  std::vector<std::unique_ptr<Tile>> tiles_;
  std::vector<Index3> waiting_;
  Box3 box_;
};

}  // namespace

Result<PlacedMask> wand(const ImagePart& image, const Index3& seed, const WandOptions& options) {
  if (!image.box().contains(seed)) {
    return Error(ErrorCode::kInvalidArgument, "the place is outside the image",
                 "Click on the image.");
  }
  const Turn turn = turn_of(options);
  return visit_voxels(image.volume.type(), [&](auto zero) -> Result<PlacedMask> {
    using T = decltype(zero);
    const auto view = image.volume.view<T>(image.t, image.c);
    const auto value = static_cast<double>(view(seed - image.origin));
    const double low = value - options.tolerance, high = value + options.tolerance;
    if (!(low <= high)) {
      return Error(ErrorCode::kNumeric, "the voxel clicked or the tolerance is not a number",
                   "Click on another voxel; choose a tolerance of 0 or more.");
    }
    // A plane is searched as a stack of one.
    Index3 shape = turn.turned(view.shape()), first = turn.turned(seed - image.origin), corner;
    if (!options.whole_stack) {
      corner.z = std::exchange(first.z, 0);
      shape.z = 1;
    }
    const Index3 begin = turn.back(corner);
    const VolumeView<const T> turned(&view(begin), shape, turn.turned(view.strides()));
    Search<T> search(turned, Between<T>(low, high), options);
    KARYO_TRY(const Box3 box, search.from(first));
    PlacedMask mask{Mask(turn.back(box.shape())), turn.back(box.begin + corner) + image.origin};
    const Index3 size = mask.voxels.shape();
    const Index3 strides = turn.turned({size.y * size.x, size.x, 1});
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        std::uint8_t* row =
            mask.voxels.data() + (z - box.begin.z) * strides.z + (y - box.begin.y) * strides.y;
        for (std::int64_t x = box.begin.x; x < box.end.x;) {
          const std::int64_t end = std::min(box.end.x, (x / kSide + 1) * kSide);
          const Word bits = search.chosen(z, y, x) >> (x % kSide);
          for (std::int64_t i = 0; bits != 0 && i < end - x; ++i) {
            row[(x - box.begin.x + i) * strides.x] =
                static_cast<std::uint8_t>(-static_cast<int>(bits >> i & 1U));
          }
          x = end;
        }
      }
    }
    return mask;
  });
}

}  // namespace karyo
