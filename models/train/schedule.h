#pragma once

/// Learning rate that halves when validation stops improving.

#include <cstdint>
#include <limits>

namespace karyo {

/// Keras' ReduceLROnPlateau with cooldown and min_lr 0, as stardist, csbdeep and n2v use it.
/// The members are the whole state: a checkpoint saves and restores them.
struct ReduceOnPlateau {
  double factor = 0.5;
  std::int64_t patience = 40;  ///< epochs without improvement until a reduction
  double min_delta = 0;        ///< an improvement is at least this; n2v's is 1e-4, the others' 0
  double best = std::numeric_limits<double>::infinity();
  std::int64_t wait = 0;

  /// Call after each epoch; returns the rate of the next one. Better is smaller than the best by
  /// more than min_delta; NaN is no improvement.
  double next_rate(double rate, double validation_loss);
};

/// Half a cosine: `rate` at step 0, 0 at step `steps`. Source: Loshchilov & Hutter, ICLR 2017,
/// without restarts.
double cosine_rate(double rate, std::int64_t step, std::int64_t steps);

/// What the rate is multiplied by in the first `warmup` steps: 1 / warmup, 2 / warmup, ... 1.
double warmup_share(std::int64_t step, std::int64_t warmup);

}  // namespace karyo
