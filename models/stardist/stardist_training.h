#pragma once

/// StarDist's part of training: data set and model folder around the loop, thresholds at its end.

#include "core/dataset/dataset_folder.h"
#include "models/device.h"
#include "models/model.h"
#include "models/stardist/stardist_model.h"
#include "models/train/workers.h"

namespace karyo {

/// Of several processes (`workers`) the first writes the model folder and tunes the thresholds.
Result<TrainSummary> train_stardist(const TrainRequest& request, TrainObserver& observer,
                                    TaskControl& control, Workers& workers);

/// Predicts every pair of `pairs` and searches the thresholds with the best mean accuracy over IoU
/// 0.3, 0.5 and 0.7, without ignored parts (core/metrics/matching.h). `pmin`, `pmax`: the
/// percentiles the model was trained with. Masks without any object give the default thresholds and
/// 0 images. Errors: NaN, other channels, kNumeric.
Result<TunedThresholds> tune_stardist(const StarDistModel& model,
                                      const std::vector<DatasetPair>& pairs, double pmin,
                                      double pmax, const Device& device, Precision precision,
                                      TaskControl& control);

}  // namespace karyo
