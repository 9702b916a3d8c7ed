#pragma once

/// Rounds of annotating and training: the StarDist models of an annotated folder, each judged by
/// the same images, which none of them has learned from (app/live_set.h).
///
/// The outcome is kept as models/rounds.json, so that it need not be made again to be looked at.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"

namespace karyo {

struct ModelRound {
  std::string name;     ///< of the model's folder
  std::string started;  ///< UTC, as in karyoscope.json
  double minutes = 0;   ///< of training
  std::int64_t epochs = 0;
  std::int64_t images = 0;           ///< it learned from
  std::int64_t nuclei = 0;           ///< in their masks
  double accuracy = 0, f1 = 0;       ///< at IoU 0.5, pooled over the images that judge
  bool learned_from_judges = false;  ///< so its scores say little
  friend bool operator==(const ModelRound&, const ModelRound&) = default;
};

/// Has each model that has learned something predict the images that judge and compares with their
/// masks; the first model comes first. Predictions that are newer than model and image are not made
/// again. Threads: any.
/// Errors: kNotFound (no such model; no image that judges has a mask), those of predict() and of
/// reading, kIo.
Result<std::vector<ModelRound>> judge_rounds(const std::filesystem::path& data,
                                             TaskControl& control);

/// When they were judged last; the earliest time where they never were.
std::filesystem::file_time_type rounds_written(const std::filesystem::path& models);

/// As judged last; empty where they never were, or the file cannot be read: it can be made anew.
std::vector<ModelRound> rounds_of(const std::filesystem::path& models);

/// The place of the highest F1 among those that have not learned from the judges, the first one of
/// equals; -1: there is none.
int best_round(const std::vector<ModelRound>& rounds);

}  // namespace karyo
