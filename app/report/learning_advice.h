#pragma once

/// What a learning curve says, in words: the reading that an experienced user gives it.
///
/// Judged are the losses of history.csv, smoothed by a moving median over a twentieth of the epochs
/// (at least 3). "Rise" and "fall" are shares of how far the validation loss fell altogether, so
/// that the advice does not depend on the loss or its scale. Threads: pure.

#include <cstdint>
#include <string>
#include <vector>

#include "models/io/history.h"

namespace karyo {

enum class LearningFinding {
  kNoHistory,           ///< no epoch was recorded
  kTooShort,            ///< fewer epochs than can be judged
  kDiverged,            ///< the loss became infinite or NaN, or rose far above where it began
  kNothingLearned,      ///< the training loss did not fall
  kNotConverged,        ///< the validation loss was still falling at the end
  kOverfitting,         ///< validation rises while training falls
  kConverged,           ///< the validation loss has come to rest
  kNoValidation,        ///< no validation loss was recorded
  kValidationTooSmall,  ///< few images, or a loss that jumps from epoch to epoch
  kRateDropped,         ///< the learning rate was reduced
};

struct LearningAdvice {
  LearningFinding finding = LearningFinding::kNoHistory;
  bool warning = false;    ///< a reader of a report should know
  std::string text;        ///< a sentence or two, with the numbers it rests on
  std::int64_t epoch = 0;  ///< where it begins; 0: of the whole
};

/// What the history does not hold.
struct TrainingFacts {
  std::int64_t validation_images = -1;  ///< -1: not known
  std::int64_t epochs_planned = 0;      ///< 0: not known
};

/// Most important first; never empty.
std::vector<LearningAdvice> learning_advice(const History& history,
                                            const TrainingFacts& facts = {});

/// Epochs at which a rate that is else constant became lower; none of a rate that changes all the
/// time (a cosine, a warm-up).
std::vector<std::int64_t> rate_drops(const History& history);

/// The epoch of the lowest validation loss (of the training loss where none was recorded); 0: none.
std::int64_t best_epoch(const History& history);

}  // namespace karyo
