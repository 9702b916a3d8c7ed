#pragma once

/// Everything a report is made of, read from a model folder and an evaluation folder.
///
/// What is missing or damaged in them is a sentence in `problems`, not an error: a report says what
/// is known. Only a folder that is no model, or no evaluation, is refused.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/report/evaluation_folder.h"
#include "app/report/learning_advice.h"
#include "core/base/result.h"
#include "models/io/history.h"
#include "models/io/model_folder.h"
#include "models/io/threshold_search.h"
#include "models/train/train_config.h"
#include "models/train/training_data.h"

namespace karyo {

/// A test image that the model knew already.
struct SeenTest {
  std::string name;        ///< in the evaluation
  std::string trained_as;  ///< the training's file
  TrainingRole role = TrainingRole::kTraining;
  bool refused = true;  ///< false: Noise2Void may learn from the images it restores
};

struct ReportSources {
  std::string name;  ///< the model folder's
  ModelFolder model;
  History history;
  std::optional<TrainConfig> config;   ///< absent in folders of Python
  std::optional<TrainingData> data;    ///< absent: not known what it was trained on
  std::vector<LearningAdvice> advice;  ///< never empty
  std::vector<ThresholdTry> threshold_search;  ///< empty: not known

  std::optional<EvaluationFolder> evaluation;  ///< without what is refused
  std::vector<SeenTest> seen;
  bool all_refused = false;   ///< nothing is left of the evaluation
  bool seen_checked = false;  ///< both sides had fingerprints

  std::vector<std::string> problems;

  std::int64_t image_count(TrainingRole role) const;  ///< -1: not known
  bool deep() const;                                  ///< stacks
};

/// `evaluation` may be empty. Errors: of ModelFolder::open and read_evaluation; kInvalidArgument
/// for an evaluation of another kind than the model's.
Result<ReportSources> read_sources(const std::filesystem::path& model,
                                   const std::filesystem::path& evaluation);

/// Which images of the evaluation are, wholly or by a plane, among those of the training.
std::vector<SeenTest> seen_tests(const TrainingData& data, const EvaluationRecord& record,
                                 ModelKind kind);

}  // namespace karyo
