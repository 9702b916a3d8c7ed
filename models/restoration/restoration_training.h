#pragma once

/// CARE's and Noise2Void's part of training: data and model folder around the loop. Of several
/// processes (`workers`) the first writes the folder.

#include "models/model.h"
#include "models/train/workers.h"

namespace karyo {

/// From a folder with low/ and high/. A single pair serves for both training and validation, with
/// patches of its own for either. Errors: as train_model.
Result<TrainSummary> train_care(const TrainRequest& request, TrainObserver& observer,
                                TaskControl& control, Workers& workers);

/// From a folder of images or stacks alone. A training that is resumed goes on with the means and
/// deviations in the folder. Errors: as train_model.
Result<TrainSummary> train_n2v(const TrainRequest& request, TrainObserver& observer,
                               TaskControl& control, Workers& workers);

}  // namespace karyo
