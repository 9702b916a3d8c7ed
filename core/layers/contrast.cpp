#include "core/layers/contrast.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace karyo {
namespace {

/// Calls f with every voxel of the region, or with evenly spread ones where it holds more than
/// kContrastSamples.
template <typename T, typename F>
void for_samples(const Volume& volume, const ContrastRegion& region, F&& f) {
  const VolumeView<const T> view = volume.view<T>(region.t, region.c);
  Box3 box = Box3::of_shape(view.shape());
  if (region.box) box = region.box->clipped_to(box);
  if (box.empty()) return;
  const Index3 shape = box.shape();
  const std::int64_t count = shape.count();
  std::int64_t step = (count + kContrastSamples - 1) / kContrastSamples;
  // A step that shares no factor with the extents visits all columns and rows alike.
  if (step > 1) {
    while (std::gcd(step, shape.x) != 1 || std::gcd(step, shape.y) != 1) ++step;
  }
  // Place by place without dividing, which would take longer than reading.
  const Index3 strides = view.strides();
  const Index3 stride{step / shape.x / shape.y, step / shape.x % shape.y, step % shape.x};
  Index3 at{0, 0, 0};
  for (std::int64_t i = 0; i < count; i += step) {
    f(view.data()[(box.begin.z + at.z) * strides.z + (box.begin.y + at.y) * strides.y +
                  (box.begin.x + at.x) * strides.x]);
    at = at + stride;
    if (at.x >= shape.x) {
      at.x -= shape.x;
      ++at.y;
    }
    if (at.y >= shape.y) {
      at.y -= shape.y;
      ++at.z;
    }
  }
}

/// Value of a rank in sorted order, ranks between two values by a straight line.
template <typename At>
double at_percentile(double percent, std::int64_t count, At&& value_at_rank) {
  const double rank = std::clamp(percent, 0.0, 100.0) / 100 * static_cast<double>(count - 1);
  const auto below = static_cast<std::int64_t>(std::floor(rank));
  const double low = value_at_rank(below);
  const double part = rank - static_cast<double>(below);
  return part > 0 ? low + (value_at_rank(below + 1) - low) * part : low;
}

template <typename T>
ValueRange limits_of(const Volume& volume, const ContrastRegion& region,
                     const Percentiles& percentiles) {
  if constexpr (sizeof(T) <= 2) {
    constexpr auto kLowest = static_cast<std::int64_t>(std::numeric_limits<T>::min());
    std::vector<std::int64_t> counts(std::size_t{1} << (8 * sizeof(T)));
    std::int64_t total = 0;
    for_samples<T>(volume, region, [&](T value) {
      ++counts[static_cast<std::size_t>(value - kLowest)];
      ++total;
    });
    if (total == 0) return {0, 0};
    const auto at_rank = [&](std::int64_t rank) {
      std::size_t bin = 0;
      for (std::int64_t before = counts[0]; before <= rank; before += counts[bin]) ++bin;
      return static_cast<double>(static_cast<std::int64_t>(bin) + kLowest);
    };
    return {at_percentile(percentiles.low, total, at_rank),
            at_percentile(percentiles.high, total, at_rank)};
  } else {
    std::vector<double> values;
    for_samples<T>(volume, region, [&](T value) {
      const auto number = static_cast<double>(value);
      if (std::isfinite(number)) values.push_back(number);
    });
    if (values.empty()) return {0, 0};
    const auto at_rank = [&](std::int64_t rank) {
      std::nth_element(values.begin(), values.begin() + rank, values.end());
      return values[static_cast<std::size_t>(rank)];
    };
    const auto count = static_cast<std::int64_t>(values.size());
    return {at_percentile(percentiles.low, count, at_rank),
            at_percentile(percentiles.high, count, at_rank)};
  }
}

/// The values found, from every voxel looked at.
template <typename T>
ValueRange range_of(const Volume& volume, const ContrastRegion& region) {
  return limits_of<T>(volume, region, {0, 100});
}

ValueRange apart(ValueRange limits) {
  if (!(limits.high > limits.low)) {
    // Above 2^53 a step of 1 is lost.
    limits.high = std::max(limits.low + 1, std::nextafter(limits.low, INFINITY));
  }
  return limits;
}

}  // namespace

ValueRange auto_limits(const Volume& volume, const ContrastRegion& region,
                       const Percentiles& percentiles) {
  return apart(visit_voxels(volume.type(), [&](auto zero) {
    return limits_of<decltype(zero)>(volume, region, percentiles);
  }));
}

ValueRange first_limits(const Volume& volume, std::int64_t channel) {
  const auto number = static_cast<std::size_t>(channel);
  if (number < volume.channels.size() && volume.channels[number].has_range) {
    const ChannelInfo& info = volume.channels[number];
    if (std::isfinite(info.range_low) && std::isfinite(info.range_high) &&
        info.range_high > info.range_low) {
      return {info.range_low, info.range_high};
    }
  }
  if (volume.rgb && volume.type() == VoxelType::kUInt8) return {0, 255};
  return auto_limits(volume, {0, channel, {}});
}

ValueRange slider_range(const Volume& volume, const ContrastRegion& region) {
  if (volume.type() == VoxelType::kUInt8) return {0, 255};
  if (volume.type() == VoxelType::kInt8) return {-128, 127};
  return apart(visit_voxels(volume.type(), [&](auto zero) {
    return range_of<decltype(zero)>(volume, region);
  }));
}

Histogram histogram(const Volume& volume, const ContrastRegion& region, ValueRange range,
                    int bins) {
  Histogram result{range, std::vector<std::int64_t>(static_cast<std::size_t>(std::max(1, bins)))};
  const double scale = static_cast<double>(result.counts.size()) / (range.high - range.low);
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    for_samples<T>(volume, region, [&](T value) {
      const auto number = static_cast<double>(value);
      if (!(number >= range.low && number <= range.high)) return;
      const auto bin = static_cast<std::size_t>((number - range.low) * scale);
      ++result.counts[std::min(bin, result.counts.size() - 1)];
    });
  });
  return result;
}

}  // namespace karyo
