#pragma once

/// One of a model's objects that are on trial.

#include <cstdint>

#include "core/image/axes.h"

namespace karyo {

struct TrialObject {
  std::uint32_t id = 0;  ///< its label
  double sure = 0;       ///< the model's probability, 0 to 1
  Index3 centre = {};    ///< the voxel where the model saw it, whatever the thresholds
  Box3 box = {};         ///< of what is shown of it
};

}  // namespace karyo
