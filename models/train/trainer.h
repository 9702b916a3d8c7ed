#pragma once

/// The training loop, for every kind of model.

#include <filesystem>

#include "core/base/task.h"
#include "models/train/checkpoint.h"
#include "models/train/learner.h"
#include "models/train/schedule.h"
#include "models/train/train_events.h"

namespace karyo {

struct TrainPlan {
  std::int64_t epochs = 400, steps = 100;
  double learning_rate = 3e-4;
  ReduceOnPlateau reduce;
  std::filesystem::path folder;  ///< model folder: weights, history.csv, checkpoint
  bool resume = false;           ///< go on from the folder's checkpoint
};

struct TrainOutcome {
  std::int64_t epochs_done = 0;
  std::int64_t best_epoch = 0;
  double best_val_loss = 0;
  bool stopped = false;  ///< cancelled; a checkpoint was written and --resume goes on from there
};

/// Trains until plan.epochs are done or `control` is cancelled. After each epoch: validation,
/// weights_best.h5 when it is the best so far, history.csv, checkpoint.safetensors. At the end
/// weights_last.h5. On the CPU a resumed run equals an unbroken one bit for bit.
/// Errors: of reading data and writing files; kNumeric when a loss is NaN or infinite (the last
/// checkpoint stays); kNotFound or kBadFile when there is no checkpoint to resume from.
Result<TrainOutcome> train(Learner& learner, const TrainPlan& plan, TrainObserver& observer,
                           TaskControl& control);

}  // namespace karyo
