#pragma once

/// An image in memory through a network: what training shows of itself after an epoch.

#include "core/base/task.h"
#include "core/image/volume.h"
#include "models/restoration/restoration_model.h"

namespace karyo {

/// The first time point of `image`, restored: (1, C, Z, Y, X) float32 with the image's grid; of a
/// probabilistic model the expected values alone. CARE's percentiles are 2 and 99.8 of each
/// channel, Noise2Void's means and deviations the model's own. The first channels of the image
/// count. Errors: kInvalidArgument (fewer channels than the network takes), kNumeric, kCancelled.
Result<Volume> restore_volume(const RestorationModel& model, const Volume& image,
                              const Device& device, TaskControl& control);

/// csbdeep's percentiles of an image to restore, which the model folder's record keeps.
inline constexpr double kRestorationLowPercent = 2, kRestorationHighPercent = 99.8;

}  // namespace karyo
