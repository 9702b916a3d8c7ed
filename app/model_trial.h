#pragma once

/// A trained model tried on images whose truth is known.
///
/// Predictions go into MODEL/Quality Control/Prediction/DATA, where DATA is the name of the folder
/// of images: the notebooks' place, with a folder for each set. What is there and newer than both
/// its image and the model's weights is not made again.

#include <filesystem>
#include <string>
#include <vector>

#include "app/compared_image.h"
#include "core/base/task.h"

namespace karyo {

class Workspace;

struct ModelTrial {
  ComparedKind kind = ComparedKind::kObjects;
  std::filesystem::path model;
  std::filesystem::path images, truth;  ///< folders
  std::filesystem::path predictions;    ///< the folder that predict() fills
  std::vector<std::string> names;       ///< images that have a truth, without endings
  bool learned_from = false;            ///< the model was trained on this folder in this window

  PairOptions files() const;
};

/// A model of any kind on a folder of data: images/ and masks/ for StarDist, low/ and high/ for
/// CARE. Errors: those of ModelFolder::open; kNotFound without weights or without any truth;
/// kUnsupported for Noise2Void, which has no truth to be compared with.
Result<ModelTrial> trial_of(const std::filesystem::path& model, const std::filesystem::path& data);

/// The model in use, else the one that was trained last, on the open folder, else on the one it was
/// trained on. Errors: also kNotFound where either is missing.
Result<ModelTrial> trial_at_hand(Workspace& workspace);

/// Has the worker predict what is not there or is old. Threads: any. Errors: as worker::run_once,
/// kIo.
Result<void> predict(const ModelTrial& trial, TaskControl& control);

/// Whether the model has learned from these images, by the fingerprint that its folder keeps: its
/// scores say little of others then. Reads the images' headers. Threads: any.
bool has_learned_from(const ModelTrial& trial);

}  // namespace karyo
