#include "core/measure/value_measures.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace karyo {
namespace {

constexpr std::size_t kClasses = 256;

/// Of sorted whole numbers; of equally frequent ones the least.
double most_frequent(const std::vector<float>& sorted) {
  double mode = 0;
  std::ptrdiff_t best = 0;
  for (auto from = sorted.begin(); from != sorted.end();) {
    const auto to = std::upper_bound(from, sorted.end(), *from);
    if (to - from > best) {
      best = to - from;
      mode = static_cast<double>(*from);
    }
    from = to;
  }
  return mode;
}

struct Histogram {
  double low = 0, width = 0;
  std::array<std::size_t, kClasses> counts{};

  explicit Histogram(const std::vector<float>& sorted)
      : low(static_cast<double>(sorted.front())),
        width((static_cast<double>(sorted.back()) - low) / static_cast<double>(kClasses)) {
    for (const float value : sorted) {
      const double at = width > 0 ? (static_cast<double>(value) - low) / width : 0;
      ++counts[std::min(static_cast<std::size_t>(at), kClasses - 1)];
    }
  }
  double mode() const {
    const auto fullest = std::max_element(counts.begin(), counts.end()) - counts.begin();
    return low + (static_cast<double>(fullest) + 0.5) * width;
  }
};

}  // namespace

ValueMeasures value_measures(std::vector<float>& values, bool whole) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double s1 = 0, s2 = 0, s3 = 0, s4 = 0;
  for (const float value : values) {
    const auto v = static_cast<double>(value);
    s1 += v;
    s2 += v * v;
    s3 += v * v * v;
    s4 += v * v * v * v;
  }
  ValueMeasures result;
  result.sum = s1;
  const double m = result.mean = s1 / n;
  const double spread = (n * s2 - s1 * s1) / n;
  result.deviation = spread > 0 && n > 1 ? std::sqrt(spread / (n - 1)) : 0;
  result.least = static_cast<double>(values.front());
  result.most = static_cast<double>(values.back());
  const double variance = s2 / n - m * m;
  result.skewness = ((s3 - 3 * m * s2) / n + 2 * m * m * m) / (variance * std::sqrt(variance));
  result.kurtosis =
      ((s4 - 4 * m * s3 + 6 * m * m * s2) / n - 3 * m * m * m * m) / (variance * variance) - 3;
  const auto zeros = std::upper_bound(values.begin(), values.end(), 0.0F) -
                     std::lower_bound(values.begin(), values.end(), 0.0F);
  result.percent_filled = 100 * (n - static_cast<double>(zeros)) / n;
  const std::size_t half = values.size() / 2;
  if (whole) {
    result.mode = most_frequent(values);
    result.median = static_cast<double>(values[half]);
    return result;
  }
  result.mode = Histogram(values).mode();
  const auto upper = static_cast<double>(values[half]);
  result.median =
      values.size() % 2 == 0 ? (static_cast<double>(values[half - 1]) + upper) / 2 : upper;
  return result;
}

}  // namespace karyo
