#include "annotation/image_part.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <vector>

namespace karyo {

Array3<float> values_in(const ImagePart& part, const Box3& box) {
  Array3<float> values(box.shape());
  visit_voxels(part.volume.type(), [&](auto zero) {
    using T = decltype(zero);
    const Box3 inside{box.begin - part.origin, box.end - part.origin};
    const auto view = part.volume.view<T>(part.t, part.c).crop(inside);
    const Index3 shape = view.shape();
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        const T* row = view.row(z, y);
        std::transform(row, row + shape.x, &values(z, y, 0), [](T value) {
          const auto real = static_cast<float>(value);
          return std::isfinite(real) ? real : 0;
        });
      }
    }
  });
  return values;
}

Array3<float> smoothed(const Array3<float>& values, PerAxis sigma) {
  const Index3 shape = values.shape();
  if (shape.z == 1) sigma.z = 0;
  if (shape.y == 1) sigma.y = 0;
  if (shape.x == 1) sigma.x = 0;
  Array3<float> result = values;
  blur(result, sigma);
  return result;
}

namespace {

constexpr std::size_t kFew = 1 << 12;

/// As whole numbers they sort like the numbers they are once their signs are turned.
std::uint32_t place_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits & 0x8000'0000U) != 0 ? ~bits : bits | 0x8000'0000U;
}

/// The value at place n / 2 of n sorted ones, by the upper half of their bits first: twice through
/// them in order is faster than a search that jumps. `each(f)` calls f with spans of them, each
/// time the same.
template <typename Each>
float median_of_many(std::size_t count, const Each& each) {
  // Two tables: what is alike comes one after the other, and would wait for the count before.
  constexpr std::size_t kBins = 1U << 16;
  std::vector<std::uint32_t> counts(2 * kBins, 0);
  each([&](const float* values, std::size_t some) {
    std::uint32_t *even = counts.data(), *odd = even + kBins;
    std::size_t i = 0;
    for (; i + 1 < some; i += 2) {
      ++even[place_of(values[i]) >> 16];
      ++odd[place_of(values[i + 1]) >> 16];
    }
    if (i < some) ++even[place_of(values[i]) >> 16];
  });
  const auto in_bin = [&](std::size_t bin) -> std::size_t {
    return counts[bin] + counts[bin + kBins];
  };
  std::size_t before = 0, bin = 0;
  while (before + in_bin(bin) <= count / 2) before += in_bin(bin++);
  const auto there = std::make_unique_for_overwrite<float[]>(in_bin(bin) + 1);
  float* end = there.get();
  each([&](const float* values, std::size_t some) {
    for (std::size_t i = 0; i < some; ++i) {  // without branches: it is there by chance
      *end = values[i];
      end += (place_of(values[i]) >> 16) == bin ? 1 : 0;
    }
  });
  float* wanted = there.get() + (count / 2 - before);
  std::nth_element(there.get(), wanted, end);
  return *wanted;
}

}  // namespace

float median_of(std::span<float> values) {
  if (values.size() <= kFew) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }
  return median_of_many(values.size(),
                        [&](const auto& look) { look(values.data(), values.size()); });
}

double noise_of(VolumeView<const float> values) {
  const Index3 shape = values.shape();
  if (shape.count() < 2) return 0;
  std::vector<float> row_of(static_cast<std::size_t>(shape.x));
  // Of each voxel and the one before it; rows follow each other.
  const auto differences = [&](const auto& look) {
    float before = 0;
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        const float* row = values.row(z, y);
        const bool first = z == 0 && y == 0;  // the first voxel has none before it
        row_of[0] = std::abs(row[0] - before);
        for (std::int64_t x = 1; x < shape.x; ++x) {
          row_of[static_cast<std::size_t>(x)] = std::abs(row[x] - row[x - 1]);
        }
        before = row[shape.x - 1];
        look(row_of.data() + (first ? 1 : 0), row_of.size() - (first ? 1 : 0));
      }
    }
  };
  const auto count = static_cast<std::size_t>(shape.count() - 1);
  std::vector<float> few;
  if (count <= kFew) {
    differences([&](const float* some, std::size_t n) { few.insert(few.end(), some, some + n); });
  }
  const float usual = count <= kFew ? median_of(few) : median_of_many(count, differences);
  constexpr double kDeviations = 1.4826;  // of a normal distribution, a median deviation
  return kDeviations / std::numbers::sqrt2 * double{usual};
}

double noise_left(const PerAxis& sigma, const Index3& shape) {
  // A Gaussian's squares sum up to 1 / (2 sqrt(pi) sigma) along an axis.
  const auto along_axis = [](double one, std::int64_t extent) {
    return extent == 1 ? 1.0 : std::min(1.0, std::numbers::inv_sqrtpi / (2 * one));
  };
  return std::sqrt(along_axis(sigma.z, shape.z) * along_axis(sigma.y, shape.y) *
                   along_axis(sigma.x, shape.x));
}

}  // namespace karyo
