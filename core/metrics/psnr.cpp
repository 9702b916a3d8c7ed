#include "core/metrics/psnr.h"

#include <algorithm>
#include <cmath>

#include "core/image/normalize.h"
#include "core/image/volume.h"

namespace karyo {
namespace {

double mean_of(const Array3<float>& values) {
  double sum = 0;
  for (const float value : values) sum += value;
  return sum / static_cast<double>(values.count());
}

}  // namespace

double psnr(const Array3<float>& truth, const Array3<float>& image) {
  Volume volume(VoxelType::kFloat32, {1, 1, truth.shape().z, truth.shape().y, truth.shape().x});
  std::copy(truth.begin(), truth.end(), volume.view<float>().data());
  const double percents[] = {0.1, 99.9};
  const auto ends = percentiles(volume, 0, 0, percents);
  const auto low = static_cast<float>(ends[0]);
  const float span = static_cast<float>(ends[1]) - low + 1e-20F;
  Array3<float> scaled = truth;
  for (float& value : scaled) value = (value - low) / span;

  const double truth_mean = mean_of(scaled), image_mean = mean_of(image);
  double together = 0, alone = 0;
  for (std::int64_t i = 0; i < image.count(); ++i) {
    const double off = image.data()[i] - image_mean;
    together += off * (scaled.data()[i] - truth_mean);
    alone += off * off;
  }
  // Covariance by N - 1, variance by N, as the reference has it.
  const auto count = static_cast<double>(image.count());
  const double factor = together / alone * count / (count - 1);
  double squares = 0;
  for (std::int64_t i = 0; i < image.count(); ++i) {
    const double off = (scaled.data()[i] - truth_mean) - factor * (image.data()[i] - image_mean);
    squares += off * off;
  }
  return -10 * std::log10(squares / count);
}

}  // namespace karyo
