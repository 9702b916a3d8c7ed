#include "annotation/wand.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "annotation/index_axis.h"
#include "annotation/word_search.h"

namespace karyo {
namespace {

Turn turn_of(const WandOptions& options) {
  if (options.whole_stack) return {Axis::kX, Axis::kY, Axis::kZ};
  return {horizontal_axis(options.plane), vertical_axis(options.plane), normal_axis(options.plane)};
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
  alignas(8) std::array<std::uint8_t, kWordSide> fits{};
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

/// Which voxels of an image, in turned places, have a value that fits.
template <typename T>
struct FittingValues {
  VolumeView<const T> view;
  Between<T> values;

  Index3 shape() const { return view.shape(); }
  Word row(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return fitting(&view(z, y, x), view.strides().x, std::min(kWordSide, view.shape().x - x),
                   values);
  }
};

Error too_large(std::int64_t most) {
  return {ErrorCode::kTooLarge,
          "the wand reaches through more than " + std::to_string(most) + " voxels",
          "Lower the tolerance, or choose in one plane only."};
}

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
    WordSearch search(FittingValues<T>{turned, Between<T>(low, high)}, options.whole_stack,
                      options.corners);
    const auto found = search.from(first, options.most_voxels);
    if (!found) return too_large(options.most_voxels);
    const Box3 box = *found;
    PlacedMask mask{Mask(turn.back(box.shape())), turn.back(box.begin + corner) + image.origin};
    const Index3 size = mask.voxels.shape();
    const Index3 strides = turn.turned({size.y * size.x, size.x, 1});
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        std::uint8_t* row =
            mask.voxels.data() + (z - box.begin.z) * strides.z + (y - box.begin.y) * strides.y;
        for (std::int64_t x = box.begin.x; x < box.end.x;) {
          const std::int64_t end = std::min(box.end.x, (x / kWordSide + 1) * kWordSide);
          const Word bits = search.chosen(z, y, x) >> (x % kWordSide);
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
