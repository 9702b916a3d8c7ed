#pragma once

/// Runs a filter on each channel at each time, as float32, and brings the result back to the
/// image's own type.

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <type_traits>

#include "core/base/task.h"
#include "core/image/volume.h"

namespace karyo {

/// Says how far a frame is (0 to 1); false once the work was cancelled: what is returned afterwards
/// is not used. Any thread.
using Advance = std::function<bool(double part)>;
/// One channel at one time, axes Z, Y, X.
using FrameFilter = std::function<Result<Array3<float>>(Array3<float>, const Advance&)>;

/// All results have the same shape; it may differ from the input's. Whole-number types are rounded
/// (halves away from zero) and clipped to their range. Grid and channels are the input's.
/// Errors: the filter's; kCancelled.
Result<Volume> filter_frames(const Volume& volume, const FrameFilter& filter, TaskControl& control,
                             const std::string& doing);

/// A value as a voxel of type T: whole numbers are rounded (halves away from zero) and clipped to
/// their range, of which NaN becomes the least.
template <typename T>
T voxel_of(double value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else {
    constexpr double kLeast = static_cast<double>(std::numeric_limits<T>::min());
    constexpr double kMost = static_cast<double>(std::numeric_limits<T>::max());
    const double rounded = std::round(value);
    return rounded > kLeast ? static_cast<T>(std::min(rounded, kMost))
                            : std::numeric_limits<T>::min();
  }
}

/// Writes values into one channel at one time, rounded and clipped as above.
void put_frame(const Array3<float>& values, Volume& volume, std::int64_t t, std::int64_t c);

}  // namespace karyo
