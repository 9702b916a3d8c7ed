#pragma once

/// A trained model tried on images whose truth is known.
///
/// Predictions go into MODEL/Quality Control/Prediction/DATA, where DATA is the name of the folder
/// of images: the notebooks' place, with a folder for each set. What is there and newer than both
/// its image, the model's weights and its thresholds is not made again. Of nuclei the probability
/// map and each object's probability are kept beside (app/report/confidence.h).

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/compared_image.h"
#include "core/base/task.h"
#include "models/io/model_folder.h"

namespace karyo {

class Workspace;

struct ModelTrial {
  ComparedKind kind = ComparedKind::kObjects;
  std::filesystem::path model;
  std::filesystem::path images, truth;  ///< folders
  std::filesystem::path predictions;    ///< the folder that predict() fills
  std::vector<std::string> names;       ///< images that are predicted, without endings
  /// The model once more with these thresholds, beside its own: into `other_predictions`.
  std::optional<Thresholds> other;
  std::filesystem::path other_predictions;
  bool learned_from = false;            ///< the model was trained on this folder in this window

  /// Of what predict() leaves. Errors: as pair_files.
  Result<EvaluationPairs> pairs() const;
};

/// What of a model is looked at, other than its predictions beside a truth.
struct TrialWish {
  bool alone = false;               ///< without a truth: how sure it is
  std::optional<Thresholds> other;  ///< two choices of thresholds against each other, without one
};

/// A model of any kind on a folder of data: images/ and masks/ for StarDist, low/ and high/ for
/// CARE. Errors: those of ModelFolder::open; kNotFound without weights or without any truth;
/// kUnsupported for Noise2Void, which has no truth to be compared with.
/// Without a truth any image counts, and only StarDist has something to say.
Result<ModelTrial> trial_of(const std::filesystem::path& model, const std::filesystem::path& data,
                            const TrialWish& wish = {});

/// The model in use, else the one that was trained last, on the open folder, else on the one it was
/// trained on. Errors: also kNotFound where either is missing.
Result<ModelTrial> trial_at_hand(Workspace& workspace, const TrialWish& wish = {});

/// Has the worker predict what is not there or is old. Threads: any. Errors: as worker::run_once,
/// kIo.
Result<void> predict(const ModelTrial& trial, TaskControl& control);

/// Whether the model has learned from these images, by the fingerprint that its folder keeps: its
/// scores say little of others then. Reads the images' headers. Threads: any.
bool has_learned_from(const ModelTrial& trial);

/// How the images differ from those that the model learned from, in sentences; reads at most a
/// dozen of them. Empty where nothing is known. Threads: any.
std::vector<std::string> unlike_training(const ModelTrial& trial, const TaskControl& control);

}  // namespace karyo
