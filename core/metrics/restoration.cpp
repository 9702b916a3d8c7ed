#include "core/metrics/restoration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

#include "core/base/parallel.h"

namespace karyo {
namespace {

constexpr int kReach = 5;  // int(truncate 3.5 * sigma 1.5 + 0.5)
constexpr int kWindow = 2 * kReach + 1;
constexpr std::int64_t kRowsAtOnce = 64;

/// numpy.percentile, linear, of rising percents. Each search leaves the smaller values behind.
template <std::size_t N>
std::array<float, N> percentiles_of(std::span<const float> all,
                                    const std::array<double, N>& percents) {
  std::vector<float> values(all.begin(), all.end());
  std::array<float, N> found{};
  auto from = values.begin();
  for (std::size_t i = 0; i < N; ++i) {
    const double at = percents[i] / 100 * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::ptrdiff_t>(std::floor(at));
    const auto place = values.begin() + below;
    std::nth_element(from, place, values.end());
    from = place;
    const auto low = static_cast<double>(*place);
    if (place + 1 == values.end()) {
      found[i] = *place;
      continue;
    }
    const auto high = static_cast<double>(*std::min_element(place + 1, values.end()));
    found[i] = static_cast<float>(low + (high - low) * (at - static_cast<double>(below)));
  }
  return found;
}

/// numpy's sum of float32: pairwise, rounded at each step. SSIM is so sensitive to a shift of both
/// planes (1e-8 moves its fifth digit) that the mean has to be the reference's to the last bit.
float pairwise_sum(const float* values, std::size_t count) {
  if (count < 8) return std::accumulate(values, values + count, 0.0F);
  if (count > 128) {
    const std::size_t half = count / 2 - count / 2 % 8;
    return pairwise_sum(values, half) + pairwise_sum(values + half, count - half);
  }
  std::array<float, 8> r{};
  std::copy_n(values, 8, r.begin());
  std::size_t i = 8;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) r[k] += values[i + k];
  }
  const float sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  return std::accumulate(values + i, values + count, sum);
}

float mean_of_floats(std::span<const float> values) {
  return pairwise_sum(values.data(), values.size()) / static_cast<float>(values.size());
}

/// The population variance of values that were float32, as numpy rounds it.
double variance_of_floats(const std::vector<double>& values) {
  std::vector<float> squares(values.begin(), values.end());
  const float mean = mean_of_floats(squares);
  for (float& value : squares) value = (value - mean) * (value - mean);
  return static_cast<double>(mean_of_floats(squares));
}

double variance_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;  // their mean is 0
  return sum / static_cast<double>(values.size());
}

/// The image with mean 0: of whole numbers in double, else in float32, as numpy has it.
std::vector<double> centred(std::span<const float> image, bool integers) {
  std::vector<double> values(image.begin(), image.end());
  if (integers) {
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    for (double& value : values) value -= mean;
    return values;
  }
  const float mean = mean_of_floats(image);
  std::transform(image.begin(), image.end(), values.begin(),
                 [mean](float value) { return static_cast<double>(value - mean); });
  return values;
}

/// Taps 0..kReach of the Gaussian, which sum to 1 over both sides.
std::array<double, kReach + 1> gaussian_taps() {
  std::array<double, kReach + 1> taps{};
  double sum = 0;
  for (int k = 0; k <= kReach; ++k) {
    taps[static_cast<std::size_t>(k)] = std::exp(-0.5 * k * k / (1.5 * 1.5));
    sum += (k == 0 ? 1 : 2) * taps[static_cast<std::size_t>(k)];
  }
  for (double& tap : taps) tap /= sum;
  return taps;
}

/// The edge pixel is repeated: d c b a | a b c d.
std::int64_t mirrored(std::int64_t i, std::int64_t extent) {
  if (i < 0) return -1 - i;
  return i < extent ? i : 2 * extent - 1 - i;
}

/// Rows [begin, end) of a smoothed plane, of which `row(y)` gives any row: along Y, then along X,
/// each sum in double and kept in float32.
class Smoothing {
 public:
  explicit Smoothing(std::int64_t width)
      : width_(width),
        sums_(static_cast<std::size_t>(width)),
        padded_(static_cast<std::size_t>(width + 2 * kReach)) {}

  /// `rows` are the kWindow rows around the one that is smoothed. AVX2 has no fused multiplication,
  /// so both clones round alike.
  __attribute__((target_clones("avx2", "default"))) void smooth(
      const std::array<const float*, kWindow>& rows, float* out) {
    double* const sums = sums_.data();
    const float* const middle = rows[kReach];
    for (std::int64_t x = 0; x < width_; ++x) sums[x] = static_cast<double>(middle[x]) * taps_[0];
    for (int k = kReach; k >= 1; --k) {
      const float* const above = rows[static_cast<std::size_t>(kReach - k)];
      const float* const below = rows[static_cast<std::size_t>(kReach + k)];
      const double tap = taps_[static_cast<std::size_t>(k)];
      for (std::int64_t x = 0; x < width_; ++x) {
        sums[x] += (static_cast<double>(above[x]) + static_cast<double>(below[x])) * tap;
      }
    }
    double* const padded = padded_.data() + kReach;
    for (std::int64_t x = 0; x < width_; ++x) {
      padded[x] = static_cast<double>(static_cast<float>(sums[x]));
    }
    for (int k = 1; k <= kReach; ++k) {
      padded[-k] = padded[mirrored(-k, width_)];
      padded[width_ - 1 + k] = padded[mirrored(width_ - 1 + k, width_)];
    }
    for (std::int64_t x = 0; x < width_; ++x) {
      double sum = padded[x] * taps_[0];
      for (int k = kReach; k >= 1; --k) {
        sum += (padded[x - k] + padded[x + k]) * taps_[static_cast<std::size_t>(k)];
      }
      out[x] = static_cast<float>(sum);
    }
  }

 private:
  std::int64_t width_;
  std::array<double, kReach + 1> taps_ = gaussian_taps();
  std::vector<double> sums_, padded_;
};

/// Both planes and their products, rows [begin - kReach, end + kReach) beyond the edges mirrored.
struct Strip {
  std::int64_t first = 0, width = 0;
  std::array<std::vector<float>, 5> planes;  // x, y, xx, yy, xy

  Strip(const std::vector<float>& truth, const std::vector<float>& image, std::int64_t begin,
        std::int64_t end, std::int64_t height, std::int64_t w)
      : first(begin - kReach), width(w) {
    const std::int64_t rows = end - begin + 2 * kReach;
    for (auto& plane : planes) plane.resize(static_cast<std::size_t>(rows * w));
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t from = mirrored(first + r, height) * w, to = r * w;
      for (std::int64_t i = 0; i < w; ++i) {
        const float x = truth[static_cast<std::size_t>(from + i)];
        const float y = image[static_cast<std::size_t>(from + i)];
        const auto at = static_cast<std::size_t>(to + i);
        planes[0][at] = x;
        planes[1][at] = y;
        planes[2][at] = x * x;
        planes[3][at] = y * y;
        planes[4][at] = x * y;
      }
    }
  }
  std::array<const float*, kWindow> around(std::size_t plane, std::int64_t y) const {
    std::array<const float*, kWindow> rows{};
    for (int k = 0; k < kWindow; ++k) {
      rows[static_cast<std::size_t>(k)] = planes[plane].data() + (y - kReach + k - first) * width;
    }
    return rows;
  }
};

/// In float32, term by term as the reference does it.
void ssim_row(const std::array<std::vector<float>, 5>& smooth, std::int64_t width, float* out) {
  constexpr auto kC1 = static_cast<float>(0.01 * 0.01), kC2 = static_cast<float>(0.03 * 0.03);
  for (std::int64_t i = 0; i < width; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const float ux = smooth[0][at], uy = smooth[1][at];
    const float vx = smooth[2][at] - ux * ux;
    const float vy = smooth[3][at] - uy * uy;
    const float vxy = smooth[4][at] - ux * uy;
    const float a1 = 2 * ux * uy + kC1, a2 = 2 * vxy + kC2;
    const float b1 = ux * ux + uy * uy + kC1, b2 = vx + vy + kC2;
    out[i] = (a1 * a2) / (b1 * b2);
  }
}

std::vector<float> ssim_map(const ComparablePlanes& planes, int threads) {
  const std::vector<float> image(planes.image.begin(), planes.image.end());
  std::vector<float> map(planes.truth.size());
  parallel_for(
      0, planes.height, kRowsAtOnce,
      [&](std::int64_t begin, std::int64_t end) {
        Smoothing smoothing(planes.width);
        std::array<std::vector<float>, 5> smooth;
        for (auto& row : smooth) row.resize(static_cast<std::size_t>(planes.width));
        for (std::int64_t from = begin; from < end; from += kRowsAtOnce) {
          const std::int64_t to = std::min(from + kRowsAtOnce, end);
          const Strip strip(planes.truth, image, from, to, planes.height, planes.width);
          for (std::int64_t y = from; y < to; ++y) {
            for (std::size_t p = 0; p < smooth.size(); ++p) {
              smoothing.smooth(strip.around(p, y), smooth[p].data());
            }
            ssim_row(smooth, planes.width, map.data() + y * planes.width);
          }
        }
      },
      threads);
  return map;
}

double mean_within(const std::vector<float>& map, std::int64_t height, std::int64_t width) {
  double sum = 0;
  for (std::int64_t y = kReach; y < height - kReach; ++y) {
    for (std::int64_t x = kReach; x < width - kReach; ++x) {
      sum += static_cast<double>(map[static_cast<std::size_t>(y * width + x)]);
    }
  }
  return sum / static_cast<double>((height - 2 * kReach) * (width - 2 * kReach));
}

}  // namespace

Result<ComparablePlanes> comparable(std::span<const float> truth, std::span<const float> image,
                                    bool integers, std::int64_t height, std::int64_t width) {
  const auto count = static_cast<std::size_t>(height * width);
  if (count == 0 || truth.size() != count || image.size() != count) {
    return Error(ErrorCode::kInvalidArgument,
                 "planes of " + std::to_string(truth.size()) + " and " +
                     std::to_string(image.size()) + " pixels are compared as " +
                     std::to_string(height) + " x " + std::to_string(width),
                 "Compare images of one size.");
  }
  const auto finite = [](std::span<const float> values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
  };
  if (!finite(truth) || !finite(image)) {
    return Error(ErrorCode::kNumeric, "an image holds NaN or infinity",
                 "Replace such pixels (karyoscope info names the file's range).");
  }
  ComparablePlanes planes{height, width, std::vector<float>(count), centred(image, integers)};
  const auto [low, high] = percentiles_of<2>(truth, {0.1, 99.9});
  const float span = high - low;  // the reference adds 1e-20
  for (std::size_t i = 0; i < count; ++i) {
    planes.truth[i] = span > 0 ? (truth[i] - low) / span : 0;
  }
  const float truth_mean = mean_of_floats(planes.truth);
  double covariance = 0;
  for (std::size_t i = 0; i < count; ++i) {
    planes.truth[i] -= truth_mean;
    covariance += planes.image[i] * static_cast<double>(planes.truth[i]);
  }
  // The covariance is a sample's (divisor N - 1), the variance the population's: part of the
  // reference.
  const double variance = integers ? variance_of(planes.image) : variance_of_floats(planes.image);
  const double scale =
      variance > 0 && count > 1 ? covariance / static_cast<double>(count - 1) / variance : 0;
  for (double& value : planes.image) value *= scale;
  return planes;
}

Result<RestorationMaps> compare_planes(const ComparablePlanes& planes, int threads) {
  if (planes.height < kWindow || planes.width < kWindow) {
    return Error(ErrorCode::kInvalidArgument,
                 "images of " + std::to_string(planes.height) + " x " +
                     std::to_string(planes.width) + " pixels are too small to be compared",
                 "SSIM looks at windows of 11 x 11 pixels; use larger images.");
  }
  RestorationMaps maps;
  maps.ssim = ssim_map(planes, threads);
  maps.squared_error.resize(planes.truth.size());
  double absolute = 0, squared = 0;
  for (std::size_t i = 0; i < planes.truth.size(); ++i) {
    const double error = std::abs(static_cast<double>(planes.truth[i]) - planes.image[i]);
    maps.squared_error[i] = static_cast<float>(error);
    absolute += error;
    squared += error * error;
  }
  const auto n = static_cast<double>(planes.truth.size());
  maps.scores.ssim = mean_within(maps.ssim, planes.height, planes.width);
  maps.scores.nrmse = std::sqrt(squared / n);
  maps.scores.nrmse_notebook = std::sqrt(absolute / n);
  maps.scores.psnr = -10 * std::log10(squared / n);
  return maps;
}

RestorationScores mean_of(const std::vector<RestorationScores>& scores) {
  RestorationScores mean;
  for (const RestorationScores& one : scores) {
    mean.ssim += one.ssim;
    mean.nrmse += one.nrmse;
    mean.nrmse_notebook += one.nrmse_notebook;
    mean.psnr += one.psnr;
  }
  const double n = std::max<double>(1, static_cast<double>(scores.size()));
  return {mean.ssim / n, mean.nrmse / n, mean.nrmse_notebook / n, mean.psnr / n};
}

}  // namespace karyo
