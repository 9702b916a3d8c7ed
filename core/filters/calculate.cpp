#include "core/filters/calculate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <type_traits>

#include "core/base/parallel.h"
#include "core/filters/frames.h"

namespace karyo {
namespace {

double combined(Calculation how, double a, double b) {
  switch (how) {
    case Calculation::kAdd: return a + b;
    case Calculation::kSubtract: return a - b;
    case Calculation::kMultiply: return a * b;
    case Calculation::kDivide: return a / b;
    case Calculation::kMinimum: return std::min(a, b);
    case Calculation::kMaximum: return std::max(a, b);
    case Calculation::kAverage: return (a + b) / 2;
    case Calculation::kDifference: return std::abs(a - b);
    case Calculation::kAnd:
      return static_cast<double>(static_cast<std::int64_t>(a) & static_cast<std::int64_t>(b));
    case Calculation::kOr:
      return static_cast<double>(static_cast<std::int64_t>(a) | static_cast<std::int64_t>(b));
    case Calculation::kXor:
      return static_cast<double>(static_cast<std::int64_t>(a) ^ static_cast<std::int64_t>(b));
  }
  return 0;
}

/// What is no number, as after a division by 0, becomes 0 in whole numbers.
template <typename T>
T result_of(double value) {
  if (std::is_integral_v<T> && !std::isfinite(value)) return 0;
  return voxel_of<T>(value);
}

bool whole(VoxelType type) {
  return type != VoxelType::kFloat32 && type != VoxelType::kFloat64;
}

}  // namespace

Result<Calculation> calculation_from(std::string_view name) {
  constexpr std::array<std::string_view, 11> kNames{
      "add",     "subtract",   "multiply", "divide", "minimum", "maximum",
      "average", "difference", "and",      "or",     "xor"};
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) {
    return Error(ErrorCode::kInvalidArgument, "unknown calculation \"" + std::string(name) + "\"",
                 "Use add, subtract, multiply, divide, minimum, maximum, average, difference, and, "
                 "or, xor.");
  }
  return static_cast<Calculation>(found - kNames.begin());
}

Result<Volume> calculate(const Volume& first, Calculation how,
                         const std::variant<const Volume*, double>& second, bool as_float,
                         TaskControl& control) {
  const VolumeShape shape = first.shape();
  const Volume* other = nullptr;
  if (const auto* image = std::get_if<const Volume*>(&second)) other = *image;
  if (other != nullptr) {
    const VolumeShape o = other->shape();
    if (!(o.zyx() == shape.zyx()) || (o.c != shape.c && o.c != 1) || (o.t != shape.t && o.t != 1)) {
      return Error(ErrorCode::kInvalidArgument, "the two images differ in shape",
                   "Crop or resample one of them; a single channel or time counts for all.");
    }
  }
  const bool bits = how == Calculation::kAnd || how == Calculation::kOr ||
                    how == Calculation::kXor;
  if (bits && (!whole(first.type()) || (other != nullptr && !whole(other->type())))) {
    return Error(ErrorCode::kInvalidArgument, "and, or, xor need whole-number images",
                 "Convert the images to 8 or 16 bits.");
  }
  const double number = other == nullptr ? std::get<double>(second) : 0;
  if (bits && !(std::abs(number) < 4294967296.0)) {
    return Error(ErrorCode::kInvalidArgument, "that number has more than 32 bits",
                 "Use a smaller one.");
  }
  Volume result(as_float ? VoxelType::kFloat32 : first.type(), shape, first.grid);
  result.channels = first.channels;
  result.rgb = first.rgb && !as_float;
  for (std::int64_t t = 0; t < shape.t; ++t) {
    for (std::int64_t c = 0; c < shape.c; ++c) {
      if (control.cancelled()) return cancelled_error("calculating");
      visit_voxels(first.type(), [&](auto a_zero) {
        using A = decltype(a_zero);
        const A* a = first.view<A>(t, c).data();
        visit_voxels(result.type(), [&](auto r_zero) {
          using R = decltype(r_zero);
          R* out = result.view<R>(t, c).data();
          const auto run = [&](const auto& value_of) {
            parallel_for(0, shape.zyx().count(), 1 << 16,
                         [&](std::int64_t begin, std::int64_t end) {
                           for (std::int64_t i = begin; i < end; ++i) {
                             out[i] = result_of<R>(
                                 combined(how, static_cast<double>(a[i]), value_of(i)));
                           }
                         });
          };
          if (other == nullptr) {
            run([&](std::int64_t) { return number; });
            return;
          }
          visit_voxels(other->type(), [&](auto b_zero) {
            using B = decltype(b_zero);
            const B* b = other->view<B>(std::min(t, other->shape().t - 1),
                                        std::min(c, other->shape().c - 1))
                             .data();
            run([b](std::int64_t i) { return static_cast<double>(b[i]); });
          });
        });
      });
    }
  }
  return result;
}

}  // namespace karyo
