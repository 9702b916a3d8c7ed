#pragma once

/// From the folder at hand and what a person chose to what is trained.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "app/training_run.h"

namespace karyo {

class DatasetSession;
class Workspace;

/// Which images of an annotated folder are trained on.
enum class TrainOn { kWithMask, kDone };

/// Names of its images that have a mask (and are marked as done); left out ones never.
std::vector<std::string> images_to_train_on(const DatasetSession& dataset, TrainOn which);

/// Where models of a folder lie: FOLDER/models; of a single stack, beside it.
std::filesystem::path models_of(const std::filesystem::path& data);

/// A model folder as the list of models shows it.
struct KnownModel {
  std::filesystem::path folder;
  std::string kind = {};  ///< "stardist", "care", "n2v"
  std::int64_t dims = 2;
  std::int64_t epochs = 0;  ///< done
  std::string before = {};  ///< what restores images for it; empty: nothing
};

/// The models in a folder, the newest first; what is no model is passed over. Reads small files.
std::vector<KnownModel> known_models(const std::filesystem::path& models);

/// A name that no folder there has: "nuclei 3".
std::string free_model_name(const std::filesystem::path& models, const std::string& kind);

/// The defaults of a kind, fitted to images of this size (ZYX): a patch is no larger than they are.
TrainConfig fitting_config(const std::string& kind, const Index3& image);

}  // namespace karyo
