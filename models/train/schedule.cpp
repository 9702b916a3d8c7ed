#include "models/train/schedule.h"

#include <cmath>

namespace karyo {

double ReduceOnPlateau::next_rate(double rate, double validation_loss) {
  if (validation_loss < best - min_delta) {
    best = validation_loss;
    wait = 0;
    return rate;
  }
  if (++wait < patience) return rate;
  wait = 0;
  return rate * factor;
}

double cosine_rate(double rate, std::int64_t step, std::int64_t steps) {
  if (step >= steps) return 0;
  constexpr double kPi = 3.14159265358979323846;
  return rate * (1 + std::cos(kPi * static_cast<double>(step) / static_cast<double>(steps))) / 2;
}

double warmup_share(std::int64_t step, std::int64_t warmup) {
  return step + 1 >= warmup ? 1 : static_cast<double>(step + 1) / static_cast<double>(warmup);
}

}  // namespace karyo
