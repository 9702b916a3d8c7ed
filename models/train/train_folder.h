#pragma once

/// The model folder at the start of a training, and what is said while files are read.

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/dataset/dataset_folder.h"
#include "models/model.h"

namespace karyo {

/// A key of config.json and how people know it: {"unet_n_depth", "--unet-depth"}.
using NetworkKey = std::pair<const char*, const char*>;

/// What decides the shapes of the weights has to stay as it was when training goes on: `now` has
/// the values of the folder's config.json for each of `keys`. Errors  kInvalidArgument.
Result<void> check_same_network(const ModelFolder& folder, const nlohmann::ordered_json& now,
                                std::span<const NetworkKey> keys);

/// The folder to resume in, before anything in it changes. Errors  of opening; kNotFound (no
/// checkpoint).
Result<ModelFolder> folder_to_resume(const TrainRequest& request);

/// Refuses a folder with a trained model, which a new training would overwrite.
Result<void> check_untrained(const TrainRequest& request);

/// Hands warnings to the observer.
void note_warnings(const std::vector<Finding>& findings, TrainObserver& observer);

/// "2026-01-31T09:30:00Z".
std::string utc_now();

}  // namespace karyo
