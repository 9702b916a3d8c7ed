#pragma once

/// The model folder at the start of a training, and what is said while files are read.

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/utc.h"
#include "core/dataset/dataset_folder.h"
#include "models/model.h"
#include "models/train/data_look.h"
#include "models/train/memory_need.h"
#include "models/train/training_data.h"

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

/// That weights of `base` can begin a network with the config.json `now`: the values of `keys` are
/// the same. Errors  kInvalidArgument, with the options that would make them so.
Result<void> check_pretrained(const ModelFolder& base, const nlohmann::ordered_json& was,
                              const nlohmann::ordered_json& now, std::span<const NetworkKey> keys);

/// Notes how the data differ from what a pretrained model learned from.
void note_differences(const ModelFolder& base, const DataLook& look, TrainObserver& observer);
/// Says which layers could not be taken from it.
void note_fresh(const std::vector<std::string>& layers, TrainObserver& observer);

/// Says what memory the training will take, and refuses what does not fit into `request.memory`, or
/// without it into what is free. "auto" in patch and batch gets its numbers before.
Result<void> settle_memory(const TrainRequest& request, TrainConfig& config, const DataSize& data,
                           Index3 smallest, bool bfloat16, TrainObserver& observer);

/// Writes data.json: the files, and what the model to resume or to start from has seen before.
/// Errors: kCancelled, kIo.
Result<void> keep_training_data(const TrainRequest& request, const std::vector<TrainingFile>& files,
                                bool masks, TrainObserver& observer, const TaskControl& control);

/// Adds files that come to a training while it goes on. Errors: as above, and of reading data.json.
Result<void> add_training_data(const TrainRequest& request, const std::vector<TrainingFile>& files,
                               bool masks, const TaskControl& control);

/// Refuses a folder with a trained model, which a new training would overwrite.
Result<void> check_untrained(const TrainRequest& request);

/// How the settings are trained. `min_delta` is ReduceOnPlateau's.
struct TrainPlan;
TrainPlan plan_of(const TrainRequest& request, const TrainConfig& config, double min_delta = 0);

/// Hands warnings to the observer.
void note_warnings(const std::vector<Finding>& findings, TrainObserver& observer);

}  // namespace karyo
