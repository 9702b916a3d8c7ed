#pragma once

/// Learning rate that halves when validation stops improving.

#include <cstdint>
#include <limits>

namespace karyo {

/// Keras' ReduceLROnPlateau with min_delta, cooldown and min_lr 0, as stardist uses it.
/// The members are the whole state: a checkpoint saves and restores them.
struct ReduceOnPlateau {
  double factor = 0.5;
  std::int64_t patience = 40;  ///< epochs without improvement until a reduction
  double best = std::numeric_limits<double>::infinity();
  std::int64_t wait = 0;

  /// Call after each epoch; returns the rate of the next one. Strictly smaller is better; NaN is
  /// no improvement.
  double next_rate(double rate, double validation_loss);
};

}  // namespace karyo
