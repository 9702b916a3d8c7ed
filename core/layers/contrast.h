#pragma once

/// What is black and what is white: histograms and automatic contrast limits.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/image/volume.h"

namespace karyo {

/// One channel at one time, or a box of it (a plane).
struct ContrastRegion {
  std::int64_t t = 0, c = 0;
  std::optional<Box3> box;  ///< in voxels, clipped to the volume; none: the whole stack
};

/// At most this many voxels are looked at: a larger region is sampled evenly, which moves a
/// percentile by less than 0.1 percentage points and costs milliseconds.
inline constexpr std::int64_t kContrastSamples = 1 << 20;

struct Percentiles {
  double low = 0.1, high = 99.9;  ///< 0 .. 100
  friend bool operator==(const Percentiles&, const Percentiles&) = default;
};

/// The values below which `low` and `high` percent of the region's voxels lie (linear between
/// ranks, as numpy.percentile), NaN and infinities left out. `high` > `low` always: for a constant
/// region, or one without finite values, high = low + 1.
ValueRange auto_limits(const Volume& volume, const ContrastRegion& region,
                       const Percentiles& percentiles = {});

/// The limits to open an image with: the file's own display range where it has a sensible one;
/// 0 .. 255 for colour pictures of 8 bits; else auto_limits of the whole stack.
ValueRange first_limits(const Volume& volume, std::int64_t channel);

/// The least and greatest value a slider should reach for a channel: the type's range for 8 bits,
/// the values found for others.
ValueRange slider_range(const Volume& volume, const ContrastRegion& region);

struct Histogram {
  ValueRange range;                  ///< lower edge of the first bin, upper edge of the last
  std::vector<std::int64_t> counts;  ///< of the voxels looked at
};

/// `bins` equal bins over `range`; values outside and NaN are not counted, the upper edge belongs
/// to the last bin.
Histogram histogram(const Volume& volume, const ContrastRegion& region, ValueRange range,
                    int bins = 256);

}  // namespace karyo
