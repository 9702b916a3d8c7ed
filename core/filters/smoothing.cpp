#include "core/filters/smoothing.h"

#include <cmath>
#include <vector>

#include "core/base/parallel.h"

namespace karyo {
namespace {

constexpr double kMostSigma = 100;
constexpr double kCut = 4;  // standard deviations

/// The right half, its middle first.
std::vector<float> kernel_of(double sigma) {
  if (sigma == 0) return {1.0F};
  std::vector<double> half;
  double sum = 0;
  const auto reach = static_cast<std::int64_t>(kCut * sigma + 0.5);
  for (std::int64_t i = 0; i <= reach; ++i) {
    const double x = static_cast<double>(i) / sigma;
    half.push_back(std::exp(-0.5 * x * x));
    sum += i == 0 ? half.back() : 2 * half.back();
  }
  std::vector<float> kernel;
  for (const double weight : half) kernel.push_back(static_cast<float>(weight / sum));
  return kernel;
}

/// Lines of `count` voxels, `step` apart; `lines` of them, their beginnings `stride` apart.
struct Lines {
  std::int64_t step, count, lines, stride, first = 0;
};

void convolve(Array3<float>& values, const Lines& along, const std::vector<float>& half,
              int threads = 0) {
  if (half.size() == 1) return;
  const auto reach = static_cast<std::int64_t>(half.size()) - 1;
  const std::int64_t period = 2 * along.count;
  const auto convolve_some = [&](std::int64_t first, std::int64_t last) {
    std::vector<float> padded(static_cast<std::size_t>(along.count + 2 * reach));
    for (std::int64_t number = first; number < last; ++number) {
      float* line = values.data() + along.first + number * along.stride;
      for (std::int64_t i = -reach; i < along.count + reach; ++i) {
        const std::int64_t turned = ((i % period) + period) % period;
        const std::int64_t at = turned < along.count ? turned : period - 1 - turned;
        padded[static_cast<std::size_t>(i + reach)] = line[at * along.step];
      }
      for (std::int64_t i = 0; i < along.count; ++i) {
        const float* middle = padded.data() + i + reach;
        float sum = half[0] * middle[0];
        for (std::int64_t k = 1; k <= reach; ++k) {
          sum += half[static_cast<std::size_t>(k)] * (middle[k] + middle[-k]);
        }
        line[i * along.step] = sum;
      }
    }
  };
  parallel_for(0, along.lines, 16, convolve_some, threads);
}

}  // namespace

void blur(Array3<float>& values, const PerAxis& sigma, int threads) {
  const Index3 shape = values.shape();
  convolve(values, {1, shape.x, shape.z * shape.y, shape.x}, kernel_of(sigma.x), threads);
  const std::vector<float> kernel = kernel_of(sigma.y);
  const auto planes = [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t z = first; z < last; ++z) {
      convolve(values, {shape.x, shape.y, shape.x, 1, z * shape.y * shape.x}, kernel,
               shape.z == 1 ? threads : 1);
    }
  };
  parallel_for(0, shape.z, 1, planes, threads);
  convolve(values, {shape.y * shape.x, shape.z, shape.y * shape.x, 1}, kernel_of(sigma.z), threads);
}

Result<Volume> gaussian(const Volume& volume, const PerAxis& sigma, TaskControl& control) {
  for (const double one : {sigma.z, sigma.y, sigma.x}) {
    if (!(one >= 0 && one <= kMostSigma)) {
      return Error(ErrorCode::kInvalidArgument, "a Gaussian's sigma lies between 0 and 100 voxels",
                   "Use 1 or 2 to take noise away.");
    }
  }
  return filter_frames(
      volume,
      [&](Array3<float> values, const Advance& advance) -> Result<Array3<float>> {
        const Index3 shape = values.shape();
        convolve(values, {1, shape.x, shape.z * shape.y, shape.x}, kernel_of(sigma.x));
        for (std::int64_t z = 0; z < shape.z && sigma.y > 0; ++z) {
          const double part = static_cast<double>(z) / static_cast<double>(shape.z);
          if (!advance((1 + part) / 3)) return values;
          convolve(values, {shape.x, shape.y, shape.x, 1, z * shape.y * shape.x},
                   kernel_of(sigma.y));
        }
        convolve(values, {shape.y * shape.x, shape.z, shape.y * shape.x, 1}, kernel_of(sigma.z));
        return values;
      },
      control, "Smoothing");
}

}  // namespace karyo
