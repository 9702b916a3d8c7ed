#include "core/measure/distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace karyo {
namespace {

constexpr double kMostBins = 60;
constexpr double kFence = 1.5;
constexpr double kAlike = 1e-9;  // of values, relative: beyond it they are one

std::vector<double> sorted_finite(std::span<const double> values) {
  std::vector<double> kept;
  for (const double value : values) {
    if (std::isfinite(value)) kept.push_back(value);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

/// Of sorted values, at least one.
double quantile(const std::vector<double>& sorted, double part) {
  const double at = part * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

double round_step(double at_least) {
  if (!(at_least > 0) || !std::isfinite(at_least)) return 1;
  const double power = std::pow(10.0, std::floor(std::log10(at_least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= at_least * (1 - 1e-12)) return factor * power;
  }
  return 10 * power;
}

std::vector<double> round_ticks(double low, double high, int most) {
  const double size = std::max(std::abs(low), std::abs(high));
  if (!(high - low > kAlike * size) || !std::isfinite(high - low)) return {low};
  const double step = round_step((high - low) / std::max(1, most - 1));
  const double first = std::ceil(low / step - 1e-9);
  std::vector<double> ticks;
  for (int k = 0; k <= most && (first + k) * step <= high + 1e-9 * step; ++k) {
    ticks.push_back((first + k) * step);
  }
  return ticks;
}

std::int64_t ValueBins::bin_of(double value) const {
  const double at = std::floor((value - first) / width);
  if (!(at >= 0 && at < static_cast<double>(counts.size()))) return -1;
  return static_cast<std::int64_t>(at);
}

ValueBins bins_of(std::span<const double> values) {
  const std::vector<double> sorted = sorted_finite(values);
  ValueBins bins;
  if (sorted.empty()) return bins;
  const double range = sorted.back() - sorted.front();
  if (!std::isfinite(range)) return bins;
  const double size = std::max(std::abs(sorted.front()), std::abs(sorted.back()));
  if (range <= kAlike * size) {  // one value, but for rounding
    bins.width = size > 0 ? round_step(size / kMostBins) : 1;
    bins.first = sorted.front() - bins.width / 2;
    bins.counts = {static_cast<std::int64_t>(sorted.size())};
    return bins;
  }
  const double spread = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  double wanted = 2 * spread / std::cbrt(static_cast<double>(sorted.size()));
  // The rounded width may be less than half as wide, and the first bin begins before all values.
  wanted = std::max(wanted, 2.5 * range / (kMostBins - 2));
  bins.width = round_step(wanted / 2.5);  // the greatest round one that is not wider
  bins.first = std::floor(sorted.front() / bins.width) * bins.width;
  const double count = std::floor((sorted.back() - bins.first) / bins.width) + 1;
  bins.counts.assign(static_cast<std::size_t>(count), 0);
  for (const double value : sorted) {
    const auto bin = std::clamp<std::int64_t>(
        static_cast<std::int64_t>(std::floor((value - bins.first) / bins.width)), 0,
        static_cast<std::int64_t>(bins.counts.size()) - 1);
    ++bins.counts[static_cast<std::size_t>(bin)];
  }
  return bins;
}

BoxNumbers box_of(std::span<const double> values) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> sorted = sorted_finite(values);
  if (sorted.empty()) return {kNone, kNone, kNone, kNone, kNone, 0};
  BoxNumbers box;
  box.count = static_cast<std::int64_t>(sorted.size());
  box.first_quartile = quantile(sorted, 0.25);
  box.median = quantile(sorted, 0.5);
  box.third_quartile = quantile(sorted, 0.75);
  const double fence = kFence * (box.third_quartile - box.first_quartile);
  box.low = *std::lower_bound(sorted.begin(), sorted.end(), box.first_quartile - fence);
  box.high = *std::prev(std::upper_bound(sorted.begin(), sorted.end(), box.third_quartile + fence));
  return box;
}

SpreadNumbers spread_of(std::span<const double> values) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double sum = 0, squares = 0, count = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    sum += value;
    ++count;
  }
  if (count == 0) return {kNone, kNone};
  const double mean = sum / count;
  for (const double value : values) {
    if (std::isfinite(value)) squares += (value - mean) * (value - mean);
  }
  return {mean, count > 1 ? std::sqrt(squares / (count - 1)) : kNone};
}

}  // namespace karyo
