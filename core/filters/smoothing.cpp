#include "core/filters/smoothing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/base/parallel.h"

namespace karyo {
namespace {

constexpr double kMostSigma = 100;
constexpr double kCut = 4;  // standard deviations

std::int64_t reach_of(double sigma) {
  return static_cast<std::int64_t>(kCut * sigma + 0.5);
}

/// The right half, its middle first.
std::vector<float> kernel_of(double sigma) {
  if (sigma == 0) return {1.0F};
  std::vector<double> half;
  double sum = 0;
  for (std::int64_t i = 0; i <= reach_of(sigma); ++i) {
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

/// The place of the line that stands at place i of an endless row of mirrored lines.
std::int64_t mirrored(std::int64_t i, std::int64_t count) {
  const std::int64_t period = 2 * count;
  const std::int64_t turned = ((i % period) + period) % period;
  return turned < count ? turned : period - 1 - turned;
}

/// Lines of neighbouring voxels: each shifted and added to itself.
void convolve_rows(float* first, std::int64_t count, std::int64_t lines, std::int64_t stride,
                   const std::vector<float>& half) {
  const auto reach = static_cast<std::int64_t>(half.size()) - 1;
  std::vector<float> padded(static_cast<std::size_t>(count + 2 * reach));
  for (std::int64_t number = 0; number < lines; ++number) {
    float* line = first + number * stride;
    float* middle = padded.data() + reach;
    std::copy(line, line + count, middle);
    for (std::int64_t i = 1; i <= reach; ++i) {
      middle[-i] = line[mirrored(-i, count)];
      middle[count - 1 + i] = line[mirrored(count - 1 + i, count)];
    }
    for (std::int64_t i = 0; i < count; ++i) line[i] = half[0] * middle[i];
    for (std::int64_t k = 1; k <= reach; ++k) {
      const float weight = half[static_cast<std::size_t>(k)];
      const float *after = middle + k, *before = middle - k;
      for (std::int64_t i = 0; i < count; ++i) line[i] += weight * (after[i] + before[i]);
    }
  }
}

/// Lines across rows, side by side: so many at once as fill a cache line or two.
void convolve_columns(float* first, std::int64_t count, std::int64_t step, std::int64_t lines,
                      const std::vector<float>& half) {
  constexpr std::int64_t kWidth = 32;
  const auto reach = static_cast<std::int64_t>(half.size()) - 1;
  std::vector<float> padded(static_cast<std::size_t>((count + 2 * reach) * kWidth));
  for (std::int64_t begin = 0; begin < lines; begin += kWidth) {
    const std::int64_t width = std::min(kWidth, lines - begin);
    for (std::int64_t i = -reach; i < count + reach; ++i) {
      const std::int64_t at = i < 0 || i >= count ? mirrored(i, count) : i;
      const float* row = first + begin + at * step;
      std::copy(row, row + width, padded.data() + (i + reach) * kWidth);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const float* middle = padded.data() + (i + reach) * kWidth;
      std::array<float, kWidth> sum;
      for (std::int64_t w = 0; w < kWidth; ++w) {
        sum[static_cast<std::size_t>(w)] = half[0] * middle[w];
      }
      for (std::int64_t k = 1; k <= reach; ++k) {
        const float weight = half[static_cast<std::size_t>(k)];
        const float *after = middle + k * kWidth, *before = middle - k * kWidth;
        for (std::int64_t w = 0; w < kWidth; ++w) {
          sum[static_cast<std::size_t>(w)] += weight * (after[w] + before[w]);
        }
      }
      std::copy_n(sum.begin(), width, first + begin + i * step);
    }
  }
}

/// The sums' order is one for both ways, so that a turned image gives the turned result.
void convolve(Array3<float>& values, const Lines& along, const std::vector<float>& half,
              int threads = 0) {
  if (half.size() == 1) return;
  // Threads cost more than small images take.
  constexpr std::int64_t kVoxelsAtLeast = 1 << 15;
  const std::int64_t grain = std::max<std::int64_t>(32, kVoxelsAtLeast / along.count);
  const auto convolve_some = [&](std::int64_t first, std::int64_t last) {
    float* begin = values.data() + along.first + first * along.stride;
    if (along.step == 1) {
      convolve_rows(begin, along.count, last - first, along.stride, half);
    } else {
      convolve_columns(begin, along.count, along.step, last - first, half);
    }
  };
  parallel_for(0, along.lines, grain, convolve_some, threads);
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

Index3 blur_reach(const PerAxis& sigma) {
  return {reach_of(sigma.z), reach_of(sigma.y), reach_of(sigma.x)};
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
