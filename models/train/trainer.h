#pragma once

/// The training loop, for every kind of model.

#include <filesystem>

#include "core/base/task.h"
#include "models/train/checkpoint.h"
#include "models/train/learner.h"
#include "models/train/schedule.h"
#include "models/train/train_events.h"
#include "models/train/workers.h"

namespace karyo {

struct TrainPlan {
  std::int64_t epochs = 400, steps = 100;
  double learning_rate = 3e-4;
  ReduceOnPlateau reduce;
  std::filesystem::path folder;  ///< model folder: weights, history.csv, checkpoint
  bool resume = false;           ///< go on from the folder's checkpoint
  bool cosine = false;           ///< the rate falls on a cosine over all epochs; `reduce` is idle
  std::int64_t warmup = 0;       ///< steps in which the rate rises
  double weight_decay = 0;       ///< of Adam::step
  double ema = 0;                ///< of WeightAverage: what is validated and saved
  double checkpoint_seconds = 0;  ///< longest time between two within an epoch; 0: after epochs
};

struct TrainOutcome {
  std::int64_t epochs_done = 0;
  std::int64_t best_epoch = 0;
  double best_val_loss = 0;
  bool stopped = false;  ///< cancelled; a checkpoint was written and --resume goes on from there
};

/// Trains until plan.epochs are done or `control` is cancelled. After each epoch: validation,
/// weights_best.h5 when it is the best so far, history.csv, checkpoint.safetensors; that one also
/// within epochs as the plan says. At the end weights_last.h5. Resumed with more epochs, a finished
/// training goes on (with a cosine, at the rate that belongs to the step in the longer one). On the
/// CPU a resumed run equals an unbroken one bit for bit. Errors: of reading data and writing files;
/// kNumeric when a loss is NaN or infinite (the last checkpoint stays); kNotFound or kBadFile when
/// there is no checkpoint to resume from.
Result<TrainOutcome> train(Learner& learner, const TrainPlan& plan, TrainObserver& observer,
                           TaskControl& control);

/// The same by several processes that call it with the same plan: each gives its learner its share
/// of the batches, gradients and losses are means over all, so that weights and curves are those of
/// one process with a batch of them all. The first writes the files; each reads the checkpoint, so
/// the folder has to be one that all see. One that is cancelled stops all, after the same step.
/// Errors: as above; kIo when a process was lost: the first, where it is left, then writes a
/// checkpoint of the last whole step.
Result<TrainOutcome> train(Learner& learner, const TrainPlan& plan, TrainObserver& observer,
                           TaskControl& control, Workers& workers);

}  // namespace karyo
