#pragma once

/// The live loop without a person: images are annotated by one who knows the truth, the model
/// learns beside, its suggestions are corrected, and each correction is counted.
///
/// It works by the commands of the window (dataset.*, labels.*, model.*, training.*), through the
/// same workspace and the same worker. A person's time is simulated by waiting: after so many
/// corrections the training has had its share of the minutes.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace karyo {

struct ExperimentPlan {
  std::filesystem::path data;  ///< images/ and masks/: the truth of what is annotated
  std::filesystem::path test;  ///< the same, to judge with
  std::filesystem::path work;  ///< a new folder for masks and models; images are linked to
  std::int64_t budget = 200;   ///< corrections in all
  double minutes = 30;         ///< of wall time for annotating and training
  int judged = 4;              ///< how many times on the way the model is judged, at equal steps
  bool loop = true;            ///< false: all is drawn by hand first, then the training runs
  /// All images get objects by the steps that their pictures suggest first, which are learned from
  /// and corrected; false: images are empty at first. Without the loop they are.
  bool suggestions = true;
  std::uint64_t seed = 1;
  std::string device = "auto";
  std::vector<std::string> settings;  ///< of the training, name=value, over the experiment's own
};

/// The outcome as JSON: {"accuracy", "f1" (of the last model, at IoU 0.5, pooled over the test
/// images), "corrections", "actions": {"draw", "redraw", "remove"}, "images", "images_by_model",
/// "epochs", "seconds", "rounds": [{"corrections", "seconds", "epochs", "accuracy", "f1"}]}.
/// Errors: of reading the data, of the worker, of the disk. `say` hears what is going on.
Result<nlohmann::json> run_experiment(const ExperimentPlan& plan,
                                      const std::function<void(const std::string&)>& say);

}  // namespace karyo
