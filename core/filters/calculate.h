#pragma once

/// The image calculator: two images, or an image and a number, voxel by voxel.

#include <variant>

#include "core/base/task.h"
#include "core/image/volume.h"

namespace karyo {

enum class Calculation {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kMinimum,
  kMaximum,
  kAverage,
  kDifference,  ///< absolute
  kAnd,
  kOr,
  kXor
};
/// "add", "subtract", ... , "xor".
Result<Calculation> calculation_from(std::string_view name);

/// The result has the first image's type, rounded and clipped to its range (ImageJ cuts off the
/// fraction instead), or is float32. Dividing by 0 gives 0 in whole numbers, infinity in float32;
/// and, or, xor take whole-number types of at most 32 bits. The second image has the first's shape,
/// but may have one channel or one time, which then counts for all.
/// Errors: kInvalidArgument, kCancelled.
Result<Volume> calculate(const Volume& first, Calculation how,
                         const std::variant<const Volume*, double>& second, bool as_float,
                         TaskControl& control);

}  // namespace karyo
