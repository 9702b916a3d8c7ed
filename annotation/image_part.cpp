#include "annotation/image_part.h"

#include <algorithm>
#include <cmath>
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
  Volume volume(VoxelType::kFloat32, {1, 1, shape.z, shape.y, shape.x});
  std::copy(values.begin(), values.end(), volume.view<float>().data());
  TaskControl never_cancelled;
  auto result = gaussian(volume, sigma, never_cancelled);
  // Fails for a sigma beyond its range alone, which this function's contract excludes.
  return result ? to_float(*result) : values;
}

double noise_of(const Array3<float>& values) {
  std::vector<float> differences;
  for (std::int64_t i = 1; i < values.count(); ++i) {
    differences.push_back(std::abs(values.data()[i] - values.data()[i - 1]));
  }
  if (differences.empty()) return 0;
  const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
  std::nth_element(differences.begin(), middle, differences.end());
  constexpr double kDeviations = 1.4826;  // of a normal distribution, a median deviation
  return kDeviations / std::numbers::sqrt2 * double{*middle};
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
