#pragma once

/// What the threshold methods share; inside core/segment only. ImageJ is written in Java, and a
/// tie or an overflow decides the bin, so its integers are followed.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/segment/threshold_methods.h"

namespace karyo::threshold {

/// A sum in Java's int: wraps around.
inline std::int32_t wrap(std::int64_t value) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value)));
}

/// Java's Math.round and (int) casts: NaN is 0, out of range saturates.
inline std::int32_t truncated(double value) {
  if (std::isnan(value)) return 0;
  return static_cast<std::int32_t>(std::clamp(value, -2147483648.0, 2147483647.0));
}
inline std::int32_t rounded(double value) { return truncated(std::floor(value + 0.5)); }

inline double total_of(Counts h) {
  double total = 0;
  for (const auto count : h) total += static_cast<double>(count);
  return total;
}

inline std::vector<double> probabilities(Counts h) {
  const double total = total_of(h);
  std::vector<double> p(h.size());
  for (std::size_t i = 0; i < h.size(); ++i) p[i] = static_cast<double>(h[i]) / total;
  return p;
}

}  // namespace karyo::threshold
