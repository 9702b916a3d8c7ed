#include "core/segment/local_threshold.h"

#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string>

#include "core/base/text.h"
#include "core/segment/local_window.h"

namespace karyo {
namespace {

constexpr std::array kMethods = {
    LocalMethod::kBernsen, LocalMethod::kContrast,   LocalMethod::kMean,
    LocalMethod::kMedian,  LocalMethod::kMidGrey,    LocalMethod::kNiblack,
    LocalMethod::kOtsu,    LocalMethod::kPhansalkar, LocalMethod::kSauvola};

constexpr std::int64_t kMostRadius = 500;

Result<void> check(std::int64_t radius, double plane_distance) {
  if (radius < 1 || radius > kMostRadius) {
    return Error(
        ErrorCode::kInvalidArgument,
        "a local threshold's window has a radius of 1 to 500 pixels, not " + std::to_string(radius),
        "Use about twice the radius of an object.");
  }
  if (!(plane_distance >= 0) || !std::isfinite(plane_distance)) {
    return Error(ErrorCode::kInvalidArgument, "the distance between planes is not a length",
                 "Give the spacing along z divided by that along x, or 0 for plane by plane.");
  }
  return {};
}

/// The values as grey levels, 0 to 255 unless they lie outside the range that was given.
/// Their least becomes 0, their greatest 255.
void stretch(std::span<float> levels) {
  const auto [least, most] = std::minmax_element(levels.begin(), levels.end());
  const double low = *least, range = *most - low;
  const double scale = range > 0 ? 255 / range : 0;
  for (float& level : levels) level = static_cast<float>((level - low) * scale);
}

Array3<float> grey_levels(VolumeView<const float> values, const GreyLevels& levels) {
  const Index3 shape = values.shape();
  Array3<float> grey(shape);
  const double range = levels.high - levels.low;
  const double scale = range > 0 ? 255 / range : 0;
  float* out = grey.data();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const float* row = values.row(z, y);
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const double level = (static_cast<double>(row[x]) - levels.low) * scale;
        *out++ = std::isfinite(level) ? static_cast<float>(level) : 0.0F;
      }
    }
  }
  return grey;
}

/// What the formulas need to know of a pixel's window.
struct Surroundings {
  double mean = 0, deviation = 0, least = 0, most = 0;
};

/// Is the pixel above its local threshold? Fiji cuts thresholds of whole numbers to whole numbers.
bool is_above(LocalMethod method, double value, const Surroundings& around,
              const LocalParameters& use, bool whole) {
  const auto cut = [whole](double threshold) { return whole ? std::trunc(threshold) : threshold; };
  const double middle = cut((around.least + around.most) / 2);
  switch (method) {
    case LocalMethod::kBernsen:
      // Bernsen, 8th Int. Conf. on Pattern Recognition, 1986.
      return around.most - around.least < use.first ? middle >= 128 : value >= middle;
    case LocalMethod::kContrast:
      // Soille, Morphological Image Analysis, 2004: the toggle mapping.
      return around.most - value <= value - around.least;
    case LocalMethod::kMean:
      return value > cut(around.mean - use.first);
    case LocalMethod::kMidGrey:
      return value > middle - use.first;
    case LocalMethod::kNiblack:
      // Niblack, An Introduction to Digital Image Processing, 1986.
      return value > cut(around.mean + use.first * around.deviation - use.second);
    case LocalMethod::kPhansalkar: {
      // Phansalkar et al., ICCSP 2011, with p = 2 and q = 10; levels from 0 to 1.
      const double mean = around.mean / 255, deviation = around.deviation / 255;
      return value / 255 >
             mean * (1 + 2 * std::exp(-10 * mean) + use.first * (deviation / use.second - 1));
    }
    case LocalMethod::kSauvola:
      // Sauvola and Pietikainen, Pattern Recognition 33, 2000.
      return value > cut(around.mean * (1 + use.first * (around.deviation / use.second - 1)));
    case LocalMethod::kMedian:
    case LocalMethod::kOtsu:
      break;  // by histogram
  }
  return false;
}

bool by_extremes(LocalMethod method) {
  return method == LocalMethod::kBernsen || method == LocalMethod::kContrast ||
         method == LocalMethod::kMidGrey;
}
bool by_histogram(LocalMethod method) {
  return method == LocalMethod::kMedian || method == LocalMethod::kOtsu;
}

/// The last level of the darker class where the variance between the classes is largest; nothing
/// where there is only one class. Otsu, IEEE Trans. SMC 9, 1979.
int otsu_level(const std::vector<std::int32_t>& counts) {
  std::int64_t total = 0, weighted = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    total += counts[i];
    weighted += static_cast<std::int64_t>(i) * counts[i];
  }
  const double all = static_cast<double>(total), mean = static_cast<double>(weighted) / all;
  std::int64_t below = 0, below_weighted = 0;
  double best = 0;
  int level = -1;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    below += counts[i];
    below_weighted += static_cast<std::int64_t>(i) * counts[i];
    if (below == total) break;
    const double part = static_cast<double>(below) / all;
    const double apart = mean * part - static_cast<double>(below_weighted) / all;
    const double between = apart * apart / (part * (1 - part));
    if (between > best) {
      best = between;
      level = static_cast<int>(i);
    }
  }
  return level;
}

int median_level(const std::vector<std::int32_t>& counts, std::int64_t total) {
  std::int64_t below = 0;
  int level = 0;
  while ((below += counts[static_cast<std::size_t>(level)]) <= total / 2) ++level;
  return level;
}

void threshold_by_histogram(const Array3<float>& grey, std::int64_t z,
                            const std::vector<local::WindowRow>& window,
                            const LocalThreshold& options, Array3<std::uint8_t>& mask,
                            const VolumeView<const std::uint8_t>& levels) {
  const Index3 shape = grey.shape();
  const bool otsu = options.method == LocalMethod::kOtsu;
  const std::int64_t pixels = local::pixels_of(window);
  parallel_for(0, shape.y, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t y = begin; y < end; ++y) {
      local::for_each_histogram(
          levels, z, y, window, otsu, [&](std::int64_t x, const auto& counts) {
            const double threshold =
                otsu ? otsu_level(counts) : median_level(counts, pixels) - options.parameters.first;
            // Levels are whole here, and so is the pixel that is compared with them.
            const bool above = static_cast<double>(levels(z, y, x)) > threshold;
            mask(z, y, x) = above == options.bright_objects ? 255 : 0;
          });
    }
  });
}

}  // namespace

std::span<const LocalMethod> all_local_methods() {
  return kMethods;
}

std::string_view name_of(LocalMethod method) {
  switch (method) {
    case LocalMethod::kBernsen:
      return "Bernsen";
    case LocalMethod::kContrast:
      return "Contrast";
    case LocalMethod::kMean:
      return "Mean";
    case LocalMethod::kMedian:
      return "Median";
    case LocalMethod::kMidGrey:
      return "MidGrey";
    case LocalMethod::kNiblack:
      return "Niblack";
    case LocalMethod::kOtsu:
      return "Otsu";
    case LocalMethod::kPhansalkar:
      return "Phansalkar";
    case LocalMethod::kSauvola:
      return "Sauvola";
  }
  return "";
}

Result<LocalMethod> local_method_from(std::string_view name) {
  const std::string wanted = lower_ascii(name);
  std::string known;
  for (const auto method : kMethods) {
    if (lower_ascii(name_of(method)) == wanted) return method;
    known += (known.empty() ? "" : ", ") + std::string(name_of(method));
  }
  return Error(ErrorCode::kInvalidArgument,
               "there is no local threshold called \"" + std::string(name) + "\"",
               "Use one of: " + known + ".");
}

LocalParameters default_parameters(LocalMethod method, bool bright_objects) {
  switch (method) {
    case LocalMethod::kBernsen:
      return {15, 0};
    case LocalMethod::kNiblack:
      return {bright_objects ? 0.2 : -0.2, 0};
    case LocalMethod::kPhansalkar:
      return {0.25, 0.5};
    case LocalMethod::kSauvola:
      return {0.5, 128};
    default:
      return {};
  }
}

GreyLevels GreyLevels::of(const Volume& volume, std::int64_t t, std::int64_t c) {
  if (volume.type() == VoxelType::kUInt8) return {};
  if (volume.type() == VoxelType::kInt8) return {-128, 127, true};
  GreyLevels levels{std::numeric_limits<double>::infinity(),
                    -std::numeric_limits<double>::infinity(), false};
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    const auto view = volume.view<T>(t, c);
    for (const T* at = view.data(); at != view.data() + view.count(); ++at) {
      const double value = static_cast<double>(*at);
      if (!std::isfinite(value)) continue;
      levels.low = std::min(levels.low, value);
      levels.high = std::max(levels.high, value);
    }
  });
  if (levels.low > levels.high) levels.low = levels.high = 0;
  return levels;
}

Result<Mask> local_threshold(VolumeView<const float> values, const GreyLevels& levels,
                             const LocalThreshold& options, TaskControl& control) {
  KARYO_CHECK_OK(check(options.radius, options.plane_distance));
  const Index3 shape = values.shape();
  Mask mask(shape);
  if (mask.count() == 0) return mask;
  const LocalMethod method = options.method;
  LocalThreshold use = options;
  const auto usual = default_parameters(method, options.bright_objects);
  if (use.parameters.first == 0) use.parameters.first = usual.first;
  if (use.parameters.second == 0) use.parameters.second = usual.second;

  Array3<float> grey = grey_levels(values, levels);
  if (method == LocalMethod::kPhansalkar) {
    // Fiji stretches the contrast first, of the plane that it looks at.
    const std::int64_t together = options.plane_distance > 0 ? shape.count() : shape.y * shape.x;
    for (std::int64_t begin = 0; begin < grey.count(); begin += together) {
      stretch({grey.data() + begin, static_cast<std::size_t>(together)});
    }
  }
  Array3<std::uint8_t> whole_levels;
  if (by_histogram(method)) {
    whole_levels = Array3<std::uint8_t>(shape);
    std::transform(grey.begin(), grey.end(), whole_levels.begin(), [](float level) {
      return static_cast<std::uint8_t>(std::clamp(std::floor(level + 0.5F), 0.0F, 255.0F));
    });
  }
  const auto window = local::round_window(options.radius, options.plane_distance);
  const auto pixels = static_cast<double>(local::pixels_of(window));
  const VolumeView<const float> view = std::as_const(grey).view();
  const auto plane = static_cast<std::size_t>(shape.y * shape.x);
  for (std::int64_t z = 0; z < shape.z; ++z) {
    if (control.cancelled()) return cancelled_error("the local threshold");
    if (by_histogram(method)) {
      threshold_by_histogram(grey, z, window, use, mask, std::as_const(whole_levels).view());
      continue;
    }
    std::vector<double> sums, squares;
    std::vector<float> least, most;
    if (by_extremes(method)) {
      least.resize(plane);
      most.resize(plane);
      constexpr float kEnd = std::numeric_limits<float>::infinity();
      const auto lower = [](float a, float b) { return b < a ? b : a; };
      const auto higher = [](float a, float b) { return a < b ? b : a; };
      local::find_window_extremes(view, z, window, lower, kEnd, least);
      local::find_window_extremes(view, z, window, higher, -kEnd, most);
    } else {
      sums.resize(plane);
      local::add_window_sums(
          view, z, window, [](float v) { return double{v}; }, sums);
      if (method != LocalMethod::kMean) {
        squares.resize(plane);
        local::add_window_sums(
            view, z, window, [](float v) { return double{v} * v; }, squares);
      }
    }
    const float* level = grey.data() + z * shape.y * shape.x;
    std::uint8_t* out = mask.data() + z * shape.y * shape.x;
    for (std::size_t i = 0; i < plane; ++i) {
      Surroundings around;
      if (!sums.empty()) around.mean = sums[i] / pixels;
      if (!squares.empty()) {
        const double variance = squares[i] / pixels - around.mean * around.mean;
        around.deviation = std::sqrt(std::max(0.0, variance));
      }
      if (!least.empty()) {
        around.least = least[i];
        around.most = most[i];
      }
      const bool above = is_above(method, level[i], around, use.parameters, levels.whole);
      out[i] = above == options.bright_objects ? 255 : 0;
    }
  }
  return mask;
}

Result<Array3<float>> local_mean(VolumeView<const float> values, std::int64_t radius,
                                 double plane_distance, TaskControl& control) {
  KARYO_CHECK_OK(check(radius, plane_distance));
  const Index3 shape = values.shape();
  Array3<float> means(shape);
  if (means.count() == 0) return means;
  const auto window = local::round_window(radius, plane_distance);
  const auto pixels = static_cast<double>(local::pixels_of(window));
  std::vector<double> sums(static_cast<std::size_t>(shape.y * shape.x));
  for (std::int64_t z = 0; z < shape.z; ++z) {
    if (control.cancelled()) return cancelled_error("the local mean");
    std::fill(sums.begin(), sums.end(), 0.0);
    local::add_window_sums(
        values, z, window, [](float v) { return double{v}; }, sums);
    float* out = means.data() + z * shape.y * shape.x;
    for (const double sum : sums) *out++ = static_cast<float>(sum / pixels);
  }
  return means;
}

}  // namespace karyo
