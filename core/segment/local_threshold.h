#pragma once

/// Local (adaptive) thresholds: each pixel is compared with what lies around it.
///
/// Source  the formulas of Fiji's Auto Local Threshold (https://imagej.net/plugins/
///         auto-local-threshold) and the papers named beside each method. Windows and borders as in
///         ImageJ's RankFilters: pixels up to sqrt(radius^2 + 1) away; beyond the border the
///         nearest pixel counts again. Differences from Fiji: Contrast follows the formula that is
///         documented (a slip of operators in Fiji's code gives other pixels); Otsu's window is the
///         others' one (in Fiji a circle of even diameter), cut at the border as there;
///         Phansalkar's grey levels are not rounded.
/// Threads pure functions; the work is split over rows.

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/task.h"
#include "core/image/volume.h"
#include "core/segment/binary.h"

namespace karyo {

enum class LocalMethod {
  kBernsen,
  kContrast,
  kMean,
  kMedian,
  kMidGrey,
  kNiblack,
  kOtsu,
  kPhansalkar,
  kSauvola
};

/// All of them, in Fiji's order.
std::span<const LocalMethod> all_local_methods();
/// Fiji's name: "Bernsen", "MidGrey" ...
std::string_view name_of(LocalMethod method);
/// By Fiji's name, whatever its case. Errors: kInvalidArgument.
Result<LocalMethod> local_method_from(std::string_view name);

/// A method's two numbers and Fiji's defaults; 0 where it has none. Those that stand for grey
/// levels mean levels of 0 to 255.
///
/// - Bernsen: the contrast below which a window counts as even (15).
/// - Mean, Median, MidGrey: what is taken off the threshold (0).
/// - Niblack: k, deviations above the mean (0.2; dark objects -0.2); what is taken off (0).
/// - Phansalkar: k (0.25); r (0.5).
/// - Sauvola: k (0.5); r (128).
struct LocalParameters {
  double first = 0, second = 0;
};
LocalParameters default_parameters(LocalMethod method, bool bright_objects);

struct LocalThreshold {
  LocalMethod method = LocalMethod::kMean;
  std::int64_t radius = 15;         ///< of the window, in pixels of a plane: 1 to 500
  LocalParameters parameters = {};  ///< 0 stands for Fiji's default, as in Fiji's dialog
  bool bright_objects = true;       ///< false: what is not above the threshold is foreground
  /// 0: plane by plane, as Fiji. Else how far apart planes lie in pixels; the window is a ball.
  double plane_distance = 0;
};

/// Which values are grey levels 0 and 255. 8-bit images are what the formulas were made for.
struct GreyLevels {
  double low = 0, high = 255;
  bool whole = true;  ///< values and thresholds are whole numbers, as in an 8-bit image

  /// 8-bit images as they are; others from their smallest to their largest finite value.
  static GreyLevels of(const Volume& volume, std::int64_t t, std::int64_t c);
};

/// 255 where the object is. Values that are not finite count as grey level 0.
/// Errors: kInvalidArgument for a radius or distance out of range; kCancelled.
Result<Mask> local_threshold(VolumeView<const float> values, const GreyLevels& levels,
                             const LocalThreshold& options, TaskControl& control);

/// The mean of each voxel's window, as Mean has it, in the values' own units.
/// Errors: kInvalidArgument, kCancelled.
Result<Array3<float>> local_mean(VolumeView<const float> values, std::int64_t radius,
                                 double plane_distance, TaskControl& control);

}  // namespace karyo
