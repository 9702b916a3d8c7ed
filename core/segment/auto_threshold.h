#pragma once

/// ImageJ's automatic thresholds, value for value.
///
/// A method sees counts in bins and answers with a bin; ImageHistogram makes the bins from an image
/// the way ImageJ does for its type and turns the answer back into pixel values. Source: the
/// behaviour of ImageJ 1.54u (AutoThresholder, setAutoThreshold) and of Fiji's Auto_Threshold 1.18,
/// whose own sources are the papers named beside each method in threshold_*.cpp.
///
/// Where ImageJ keeps a sum in a 32-bit integer, so do we: on images of more than about 10^7 bright
/// pixels Huang, Huang2, IsoData, Li and MinError differ from the textbook in the same way.
///
/// Threads  everything here is a pure function.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/image/volume.h"

namespace karyo {

enum class ThresholdMethod {
  kDefault, kHuang, kHuang2, kIntermodes, kIsoData, kIJIsoData, kLi, kMaxEntropy, kMean,
  kMinError, kMinimum, kMoments, kOtsu, kPercentile, kRenyiEntropy, kShanbhag, kTriangle, kYen
};

/// All of them, in ImageJ's order ("Huang2" is Fiji's alone).
std::span<const ThresholdMethod> all_threshold_methods();
/// ImageJ's name: "Huang", "IJ_IsoData", "RenyiEntropy" ...
std::string_view name_of(ThresholdMethod method);
/// By ImageJ's name, whatever its case; "MinError(I)" is MinError. Errors: kInvalidArgument.
Result<ThresholdMethod> threshold_method_from(std::string_view name);

/// The last bin of the darker class, or nothing where the method finds none.
/// counts: pixels in each bin, at least one bin.
std::optional<int> threshold_bin(ThresholdMethod method, std::span<const std::int64_t> counts);

/// As Fiji's Auto_Threshold plug-in: the histogram is cut to its non-empty range first, and the end
/// bins may be ignored. A pixel is foreground when its bin is above the answer.
struct FijiThresholdOptions {
  bool ignore_black = false, ignore_white = false;
};
std::optional<int> fiji_threshold_bin(ThresholdMethod method, std::span<const std::int64_t> counts,
                                      const FijiThresholdOptions& options = {});

enum class HistogramBins {
  kEightBit,    ///< 256 bins from the smallest to the largest value (ImageJ's default)
  kSixteenBit,  ///< one bin a value; for 16-bit images only
};

/// Pixels from `low` to `high`, both included, are foreground.
struct ThresholdRange {
  double low = 0, high = 0;
  bool contains(double value) const { return value >= low && value <= high; }
  friend bool operator==(const ThresholdRange&, const ThresholdRange&) = default;
};

/// The planes of one channel that are looked at together; ends excluded.
struct Planes {
  std::int64_t c = 0;
  std::int64_t t_begin = 0, t_end = 1;
  std::int64_t z_begin = 0, z_end = 1;

  /// All of a volume's planes.
  static Planes all_of(const Volume& volume, std::int64_t channel = 0) {
    return {channel, 0, volume.shape().t, 0, volume.shape().z};
  }
};

/// Hands the parts of an image that is not in memory as a whole, one after the other and each time
/// the same, to whoever wants to look at them.
using EachPart =
    std::function<Result<void>(const std::function<void(const Volume&, const Planes&)>& look)>;

class ImageHistogram {
 public:
  /// `whole_stack` bins as ImageJ's "stack histogram" does, which differs by rounding from that of
  /// a single plane.
  /// 8-bit images always have bins of one value. 32-bit integers and float64 are taken as float32,
  /// as ImageJ does on opening; NaN and infinite values do not widen the range.
  /// Errors: kInvalidArgument for kSixteenBit on an image that is not 16-bit.
  static Result<ImageHistogram> of(const Volume& volume, const Planes& planes, HistogramBins bins,
                                   bool whole_stack);

  /// The same of an image in parts, which are gone through up to twice. Errors: also those of
  /// `parts`.
  static Result<ImageHistogram> of(VoxelType type, const EachPart& parts, HistogramBins bins,
                                   bool whole_stack);

  const std::vector<std::int64_t>& counts() const { return counts_; }
  /// Smallest and largest value the bins were made from.
  double low() const { return low_; }
  double high() const { return high_; }

  /// ImageJ's setAutoThreshold: what remains where the method finds nothing is bin 0.
  ThresholdRange threshold(ThresholdMethod method, bool dark_background) const;

 private:
  enum class Scale { kOneToOne, kSixteenBitValues, kRounded, kReal };
  std::vector<std::int64_t> counts_;
  Scale scale_ = Scale::kOneToOne;
  double low_ = 0, high_ = 255;
  double type_low_ = 0, type_high_ = 255;  ///< open ends of a range
};

/// 255 where a pixel is in `range`, else 0; shape (slices, Y, X), the frames one after the other.
Array3<std::uint8_t> mask_in_range(const Volume& volume, const Planes& planes,
                                   ThresholdRange range);

}  // namespace karyo
