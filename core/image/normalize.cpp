#include "core/image/normalize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace karyo {
namespace {

/// Calls lookup(k), the k-th smallest value, for both neighbours of each percentile's place.
/// Interpolates from the nearer side, as numpy does, so results agree to the last bit.
template <typename Lookup>
std::vector<double> interpolate(std::int64_t count, std::span<const double> percents,
                                Lookup&& lookup) {
  std::vector<double> results;
  for (const double percent : percents) {
    const double place = std::clamp(percent, 0.0, 100.0) / 100.0 * static_cast<double>(count - 1);
    const auto below = static_cast<std::int64_t>(std::floor(place));
    const double t = place - static_cast<double>(below);
    const double low = lookup(below);
    const double high = t > 0 ? lookup(below + 1) : low;
    results.push_back(t < 0.5 ? low + (high - low) * t : high - (high - low) * (1 - t));
  }
  return results;
}

}  // namespace

std::vector<double> percentiles(const Volume& volume, std::int64_t t, std::int64_t c,
                                std::span<const double> percents) {
  return visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    const T* values = volume.view<T>(t, c).data();
    const std::int64_t count = volume.shape().zyx().count();
    if (count == 0) return std::vector<double>(percents.size(), 0.0);
    if constexpr (sizeof(T) <= 2) {
      constexpr std::int64_t kLowest = std::numeric_limits<T>::min();
      std::vector<std::int64_t> up_to(std::size_t{1} << (8 * sizeof(T)), 0);
      for (std::int64_t i = 0; i < count; ++i)
        ++up_to[static_cast<std::size_t>(values[i] - kLowest)];
      for (std::size_t i = 1; i < up_to.size(); ++i) up_to[i] += up_to[i - 1];
      return interpolate(count, percents, [&](std::int64_t k) {
        const auto at = std::upper_bound(up_to.begin(), up_to.end(), k);
        return static_cast<double>(at - up_to.begin() + kLowest);
      });
    } else {
      std::vector<T> sorted(values, values + count);
      if constexpr (std::is_floating_point_v<T>) {
        std::erase_if(sorted, [](T value) { return std::isnan(value); });
        if (sorted.empty()) return std::vector<double>(percents.size(), 0.0);
      }
      const auto kept = static_cast<std::int64_t>(sorted.size());
      // A selection passes over all values; for many percentiles sorting once is less.
      constexpr std::size_t kFew = 8;
      if (percents.size() > kFew) {
        std::sort(sorted.begin(), sorted.end());
        return interpolate(kept, percents, [&](std::int64_t k) {
          return static_cast<double>(sorted[static_cast<std::size_t>(k)]);
        });
      }
      return interpolate(kept, percents, [&](std::int64_t k) {
        std::nth_element(sorted.begin(), sorted.begin() + k, sorted.end());
        return static_cast<double>(sorted[static_cast<std::size_t>(k)]);
      });
    }
  });
}

ChannelScale percentile_scale(const Volume& volume, std::int64_t t, std::int64_t c,
                              double low_percent, double high_percent) {
  const auto scale_of = [](const std::vector<double>& ends) {
    const auto low = static_cast<float>(ends[0]);
    return ChannelScale{low, static_cast<float>(ends[1]) - low};
  };
  const double wanted[] = {low_percent, high_percent};
  ChannelScale scale = scale_of(percentiles(volume, t, c, wanted));
  if (scale.span > 0) return scale;
  const double all[] = {0, 100};
  scale = scale_of(percentiles(volume, t, c, all));
  if (!(scale.span > 0)) scale.span = 1;
  return scale;
}

}  // namespace karyo
