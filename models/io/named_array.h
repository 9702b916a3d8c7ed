#pragma once

/// A named block of numbers, as weight files hold them.

#include <cstdint>
#include <string>
#include <vector>

namespace karyo {

struct NamedArray {
  std::string name;                 ///< "kernel", "bias", "gamma", "beta", "moving_mean", ...
  std::vector<std::int64_t> shape;  ///< slowest axis first
  std::vector<float> values;        ///< C order; as many as the product of `shape`

  friend bool operator==(const NamedArray&, const NamedArray&) = default;
};

/// Product of the extents; -1 when one is negative or the product passes 2^62.
std::int64_t element_count(const std::vector<std::int64_t>& shape);

/// "3x3x64x32"; "scalar" for no axes.
std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace karyo
