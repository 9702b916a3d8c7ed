#include "models/train/schedule.h"

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

}  // namespace karyo
