#include "annotation/image_part.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

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

float median_of(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  constexpr std::size_t kFew = 1 << 12;
  if (values.size() <= kFew) {
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }
  // By the upper half of their bits first: twice through them in order is faster than a search
  // that jumps. As whole numbers they sort like the numbers they are once their signs are turned.
  const auto place_of = [](float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return (bits & 0x8000'0000U) != 0 ? ~bits : bits | 0x8000'0000U;
  };
  std::vector<std::uint32_t> counts(1U << 16, 0);
  for (const float value : values) ++counts[place_of(value) >> 16];
  std::size_t before = 0, bin = 0;
  while (before + counts[bin] <= values.size() / 2) before += counts[bin++];
  std::vector<float> there;
  there.reserve(counts[bin]);
  for (const float value : values) {
    if ((place_of(value) >> 16) == bin) there.push_back(value);
  }
  const auto wanted = there.begin() + static_cast<std::ptrdiff_t>(values.size() / 2 - before);
  std::nth_element(there.begin(), wanted, there.end());
  return *wanted;
}

double noise_of(const Array3<float>& values) {
  if (values.count() < 2) return 0;
  std::vector<float> differences(static_cast<std::size_t>(values.count() - 1));
  const float* value = values.data();
  for (std::size_t i = 0; i < differences.size(); ++i) {
    differences[i] = std::abs(value[i + 1] - value[i]);
  }
  constexpr double kDeviations = 1.4826;  // of a normal distribution, a median deviation
  return kDeviations / std::numbers::sqrt2 * double{median_of(differences)};
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
