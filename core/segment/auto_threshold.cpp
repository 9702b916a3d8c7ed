#include "core/segment/auto_threshold.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "core/base/text.h"
#include "core/segment/threshold_methods.h"

namespace karyo {
namespace {

using threshold::Counts;
using threshold::non_empty_range;

constexpr std::array kMethods = {
    ThresholdMethod::kDefault,  ThresholdMethod::kHuang,        ThresholdMethod::kHuang2,
    ThresholdMethod::kIntermodes, ThresholdMethod::kIsoData,    ThresholdMethod::kIJIsoData,
    ThresholdMethod::kLi,       ThresholdMethod::kMaxEntropy,   ThresholdMethod::kMean,
    ThresholdMethod::kMinError, ThresholdMethod::kMinimum,      ThresholdMethod::kMoments,
    ThresholdMethod::kOtsu,     ThresholdMethod::kPercentile,   ThresholdMethod::kRenyiEntropy,
    ThresholdMethod::kShanbhag, ThresholdMethod::kTriangle,     ThresholdMethod::kYen};

constexpr double kOpenEnd = 1e30;  // ImageJ's end of a float range

int run_method(ThresholdMethod method, Counts h) {
  switch (method) {
    case ThresholdMethod::kDefault: return threshold::default_method(h);
    case ThresholdMethod::kHuang: return threshold::huang(h);
    case ThresholdMethod::kHuang2: return threshold::huang2(h);
    case ThresholdMethod::kIntermodes: return threshold::intermodes(h);
    case ThresholdMethod::kIsoData: return threshold::isodata(h);
    case ThresholdMethod::kIJIsoData: return threshold::ij_isodata(h, false);
    case ThresholdMethod::kLi: return threshold::li(h);
    case ThresholdMethod::kMaxEntropy: return threshold::max_entropy(h);
    case ThresholdMethod::kMean: return threshold::mean(h);
    case ThresholdMethod::kMinError: return threshold::min_error(h);
    case ThresholdMethod::kMinimum: return threshold::minimum(h);
    case ThresholdMethod::kMoments: return threshold::moments(h);
    case ThresholdMethod::kOtsu: return threshold::otsu(h);
    case ThresholdMethod::kPercentile: return threshold::percentile(h);
    case ThresholdMethod::kRenyiEntropy: return threshold::renyi_entropy(h);
    case ThresholdMethod::kShanbhag: return threshold::shanbhag(h);
    case ThresholdMethod::kTriangle: return threshold::triangle(h);
    case ThresholdMethod::kYen: return threshold::yen(h);
  }
  return -1;
}

std::optional<int> found(int bin) {
  return bin < 0 ? std::nullopt : std::optional<int>(bin);
}

/// With one or two non-empty bins every method answers alike.
std::optional<int> bilevel(Counts h) {
  const auto range = non_empty_range(h);
  if (!range) return -1;
  const auto used = std::count_if(h.begin(), h.end(), [](std::int64_t n) { return n > 0; });
  if (used <= 2) return range->last - 1;
  return std::nullopt;
}

/// Calls f(value) for each pixel of the planes, in the image's own type.
template <typename F>
void for_each_pixel(const Volume& volume, const Planes& planes, F&& f) {
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    const std::int64_t plane = volume.shape().y * volume.shape().x;
    for (std::int64_t t = planes.t_begin; t < planes.t_end; ++t) {
      const T* at = volume.view<T>(t, planes.c).data() + planes.z_begin * plane;
      for (const T* end = at + (planes.z_end - planes.z_begin) * plane; at != end; ++at) f(*at);
    }
  });
}

bool is_eight_bit(VoxelType type) {
  return type == VoxelType::kUInt8 || type == VoxelType::kInt8;
}
bool is_sixteen_bit(VoxelType type) {
  return type == VoxelType::kUInt16 || type == VoxelType::kInt16;
}

}  // namespace

std::span<const ThresholdMethod> all_threshold_methods() { return kMethods; }

std::string_view name_of(ThresholdMethod method) {
  switch (method) {
    case ThresholdMethod::kDefault: return "Default";
    case ThresholdMethod::kHuang: return "Huang";
    case ThresholdMethod::kHuang2: return "Huang2";
    case ThresholdMethod::kIntermodes: return "Intermodes";
    case ThresholdMethod::kIsoData: return "IsoData";
    case ThresholdMethod::kIJIsoData: return "IJ_IsoData";
    case ThresholdMethod::kLi: return "Li";
    case ThresholdMethod::kMaxEntropy: return "MaxEntropy";
    case ThresholdMethod::kMean: return "Mean";
    case ThresholdMethod::kMinError: return "MinError";
    case ThresholdMethod::kMinimum: return "Minimum";
    case ThresholdMethod::kMoments: return "Moments";
    case ThresholdMethod::kOtsu: return "Otsu";
    case ThresholdMethod::kPercentile: return "Percentile";
    case ThresholdMethod::kRenyiEntropy: return "RenyiEntropy";
    case ThresholdMethod::kShanbhag: return "Shanbhag";
    case ThresholdMethod::kTriangle: return "Triangle";
    case ThresholdMethod::kYen: return "Yen";
  }
  return "";
}

Result<ThresholdMethod> threshold_method_from(std::string_view name) {
  const std::string wanted = lower_ascii(name);
  std::string known;
  for (const auto method : kMethods) {
    if (lower_ascii(name_of(method)) == wanted) return method;
    known += (known.empty() ? "" : ", ") + std::string(name_of(method));
  }
  if (wanted == "minerror(i)") return ThresholdMethod::kMinError;
  if (wanted == "ijisodata") return ThresholdMethod::kIJIsoData;
  return Error(ErrorCode::kInvalidArgument,
               "there is no threshold method called \"" + std::string(name) + "\"",
               "Use one of: " + known + ".");
}

std::optional<int> threshold_bin(ThresholdMethod method, std::span<const std::int64_t> counts) {
  if (const auto same_for_all = bilevel(counts)) return found(*same_for_all);
  return found(run_method(method, counts));
}

std::optional<int> fiji_threshold_bin(ThresholdMethod method, std::span<const std::int64_t> counts,
                                      const FijiThresholdOptions& options) {
  std::vector<std::int64_t> h(counts.begin(), counts.end());
  if (options.ignore_black) h.front() = 0;
  if (options.ignore_white) h.back() = 0;
  const auto range = non_empty_range(h);
  if (!range) return std::nullopt;
  const Counts cut(h.data() + range->first, static_cast<std::size_t>(range->last - range->first + 1));
  std::optional<int> bin = bilevel(cut);
  if (!bin) {
    bin = method == ThresholdMethod::kDefault ? threshold::ij_isodata(cut, true)
                                              : run_method(method, cut);
  }
  if (*bin < 0) return std::nullopt;
  return *bin + range->first;
}

Result<ImageHistogram> ImageHistogram::of(const Volume& volume, const Planes& planes,
                                          HistogramBins bins, bool whole_stack) {
  const EachPart at_once = [&](const auto& look) -> Result<void> {
    look(volume, planes);
    return {};
  };
  return of(volume.type(), at_once, bins, whole_stack);
}

Result<ImageHistogram> ImageHistogram::of(VoxelType type, const EachPart& parts, HistogramBins bins,
                                          bool whole_stack) {
  if (bins == HistogramBins::kSixteenBit && !is_sixteen_bit(type)) {
    return Error(ErrorCode::kInvalidArgument,
                 "a 16-bit histogram was asked for, but the image is " + std::string(name_of(type)),
                 "Use the 8-bit histogram, or convert the image to uint16 first.");
  }
  ImageHistogram histogram;
  if (is_eight_bit(type)) {
    const int offset = type == VoxelType::kInt8 ? 128 : 0;
    histogram.counts_.assign(256, 0);
    KARYO_CHECK_OK(parts([&](const Volume& volume, const Planes& planes) {
      for_each_pixel(volume, planes, [&](auto value) {
        ++histogram.counts_[static_cast<std::size_t>(static_cast<int>(value) + offset)];
      });
    }));
    histogram.low_ = histogram.type_low_ = -offset;
    histogram.high_ = histogram.type_high_ = 255 - offset;
    return histogram;
  }

  double low = std::numeric_limits<double>::infinity(), high = -low;
  KARYO_CHECK_OK(parts([&](const Volume& volume, const Planes& planes) {
    for_each_pixel(volume, planes, [&](auto voxel) {
      const double value = static_cast<float>(voxel);
      if (!std::isfinite(value)) return;
      low = std::min(low, value);
      high = std::max(high, value);
    });
  }));
  if (low > high) low = high = 0;
  histogram.low_ = low;
  histogram.high_ = high;
  if (is_sixteen_bit(type)) {
    histogram.type_low_ = type == VoxelType::kInt16 ? -32768 : 0;
    histogram.type_high_ = histogram.type_low_ + 65535;
  } else {
    histogram.type_low_ = -kOpenEnd;
    histogram.type_high_ = kOpenEnd;
  }

  if (bins == HistogramBins::kSixteenBit) {
    histogram.scale_ = Scale::kSixteenBitValues;
    // ImageJ keeps at least 256 bins from the type's lowest value and cuts longer histograms.
    const double type_low = histogram.type_low_;
    double first = type_low;
    double last = std::max(high, type_low + 255);
    if (high > type_low + 255) {
      first = low;
      last = high;
    }
    histogram.low_ = first;
    histogram.high_ = last;
    histogram.counts_.assign(static_cast<std::size_t>(last - first) + 1, 0);
    KARYO_CHECK_OK(parts([&](const Volume& volume, const Planes& planes) {
      for_each_pixel(volume, planes, [&](auto voxel) {
        ++histogram.counts_[static_cast<std::size_t>(static_cast<double>(voxel) - first)];
      });
    }));
    return histogram;
  }

  histogram.counts_.assign(256, 0);
  histogram.scale_ = is_sixteen_bit(type) ? Scale::kRounded : Scale::kReal;
  // A slice becomes an 8-bit picture first, which rounds; a stack is binned directly.
  const double half = whole_stack ? 0.0 : 0.5;
  double scale = (whole_stack ? 256.0 : 255.0) / (high - low);
  if (is_sixteen_bit(type)) scale = 256.0 / (high - low + 1);
  KARYO_CHECK_OK(parts([&](const Volume& volume, const Planes& planes) {
    for_each_pixel(volume, planes, [&](auto voxel) {
      const double position = (static_cast<double>(static_cast<float>(voxel)) - low) * scale + half;
      // NaN, also 0 * infinity in a constant image, lands in bin 0 as in Java.
      const int bin = position > 0 ? static_cast<int>(std::min(position, 255.0)) : 0;
      ++histogram.counts_[static_cast<std::size_t>(bin)];
    });
  }));
  return histogram;
}

ThresholdRange ImageHistogram::threshold(ThresholdMethod method, bool dark_background) const {
  const int bin = threshold_bin(method, counts_).value_or(0);
  if (scale_ == Scale::kSixteenBitValues) {
    const double value = low_ + bin;
    return dark_background ? ThresholdRange{value, type_high_} : ThresholdRange{type_low_, value};
  }
  if (scale_ == Scale::kOneToOne) {
    return dark_background ? ThresholdRange{low_ + std::min(bin + 1, 255), type_high_}
                           : ThresholdRange{type_low_, low_ + bin};
  }
  const double edge = dark_background ? std::min(bin + 1, 255) : bin;
  double value = low_ + (edge / 255.0) * (high_ - low_);
  if (scale_ == Scale::kRounded) value = std::floor(value + 0.5);
  return dark_background ? ThresholdRange{value, type_high_} : ThresholdRange{type_low_, value};
}

Array3<std::uint8_t> mask_in_range(const Volume& volume, const Planes& planes,
                                   ThresholdRange range) {
  const std::int64_t count = (planes.t_end - planes.t_begin) * (planes.z_end - planes.z_begin);
  Array3<std::uint8_t> mask({count, volume.shape().y, volume.shape().x});
  std::uint8_t* out = mask.data();
  for_each_pixel(volume, planes, [&](auto value) {
    *out++ = range.contains(static_cast<double>(value)) ? 255 : 0;
  });
  return mask;
}

}  // namespace karyo
