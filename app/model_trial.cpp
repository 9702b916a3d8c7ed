#include "app/model_trial.h"

#include <algorithm>
#include <map>

#include "app/dataset_session.h"
#include "app/model_in_use.h"
#include "app/training_run.h"
#include "app/worker/run_once.h"
#include "app/workspace.h"
#include "core/base/atomic_file.h"
#include "core/dataset/dataset_folder.h"
#include "core/dataset/restoration_folder.h"
#include "core/io/image_names.h"
#include "models/io/model_folder.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

std::map<std::string, fs::path> images_in(const fs::path& folder) {
  std::map<std::string, fs::path> found;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    const fs::path& path = it->path();
    if (is_image_name(path) && path.filename().string().front() != '.') {
      found.emplace(image_stem(path), path);
    }
  }
  return found;
}

/// Names of images whose prediction is not there, or older than what it is made of.
std::vector<std::string> names_to_predict(const ModelTrial& trial, const fs::path& weights) {
  const auto images = images_in(trial.images), results = images_in(trial.predictions);
  std::vector<std::string> names;
  for (const std::string& name : trial.names) {
    const auto result = results.find(name);
    std::error_code ec;
    const bool fresh =
        result != results.end() &&
        fs::last_write_time(result->second, ec) >=
            std::max(fs::last_write_time(images.at(name), ec), fs::last_write_time(weights, ec)) &&
        !ec;
    if (!fresh) names.push_back(name);
  }
  return names;
}

}  // namespace

PairOptions ModelTrial::files() const {
  PairOptions files;
  files.prediction = predictions;
  files.truth = truth;
  files.images = images;
  files.allow_missing = true;
  return files;
}

Result<ModelTrial> trial_of(const fs::path& model, const fs::path& data) {
  KARYO_TRY(const ModelFolder folder, ModelFolder::open(model));
  if (folder.weights.empty()) {
    return Error(ErrorCode::kNotFound, model.filename().string() + " has learned nothing yet",
                 "Train it first.");
  }
  if (folder.kind == ModelKind::kN2v) {
    return Error(ErrorCode::kUnsupported,
                 "Noise2Void learns without clean images, so there is nothing to compare with",
                 "Where clean images of the same places exist, choose the folders yourself "
                 "(Compare…).");
  }
  const bool nuclei = folder.kind == ModelKind::kStarDist;
  ModelTrial trial;
  trial.kind = nuclei ? ComparedKind::kObjects : ComparedKind::kRestored;
  trial.model = model;
  trial.truth = data / (nuclei ? "masks" : "high");
  trial.images = data / (nuclei ? "images" : "low");
  std::error_code ec;
  // A folder to annotate may hold the images itself.
  if (nuclei && !fs::is_directory(trial.images, ec)) trial.images = data;
  trial.predictions = model / "Quality Control" / "Prediction" / fs::absolute(data, ec).filename();
  const auto truths = images_in(trial.truth);
  for (const auto& [name, path] : images_in(trial.images)) {
    if (truths.contains(name)) trial.names.push_back(name);
  }
  if (trial.names.empty()) {
    return Error(ErrorCode::kNotFound,
                 "no image of " + data.string() + " has " +
                     (nuclei ? "a mask" : "a clean partner in high/") + " to judge a model by",
                 nuclei ? "Draw the nuclei of one image at least." : "Choose another folder.");
  }
  return trial;
}

Result<ModelTrial> trial_at_hand(Workspace& workspace) {
  const TrainingRun& training = workspace.training();
  const bool trained = !training.history().rows.empty();
  fs::path model = workspace.model().is_open() ? workspace.model().folder() : fs::path();
  if (model.empty() && trained) model = training.model();
  if (model.empty()) {
    return Error(ErrorCode::kNotFound, "no model is at hand",
                 "Train one, or choose one with Annotate › Model: choose….");
  }
  const bool own_data = !workspace.model().is_open() && training.config().model != "stardist";
  fs::path data = workspace.dataset().folder();
  if ((data.empty() || own_data) && trained) data = training.data();
  if (data.empty()) {
    return Error(ErrorCode::kNotFound, "no folder of images is open",
                 "Open a folder with images and masks first (Annotate › Open folder to annotate).");
  }
  KARYO_TRY(ModelTrial trial, trial_of(model, data));
  trial.learned_from = trained && model == training.model() && data == training.data();
  return trial;
}

bool has_learned_from(const ModelTrial& trial) {
  if (trial.learned_from) return true;
  const auto folder = ModelFolder::open(trial.model);
  if (!folder || !folder->record || folder->record->data_fingerprint.empty()) return false;
  const std::string& known = folder->record->data_fingerprint;
  const fs::path data = trial.truth.parent_path();
  if (trial.kind == ComparedKind::kRestored) {
    const auto found = open_restoration(data, folder->csbdeep ? folder->csbdeep->n_dim : 2);
    return found && fingerprint(*found) == known;
  }
  const std::int64_t dims = folder->stardist ? folder->stardist->n_dim : 2;
  for (const auto& only : {std::vector<std::string>(), trial.names}) {
    const auto found = open_dataset(data, dims, only);
    if (found && fingerprint(*found) == known) return true;
  }
  return false;
}

Result<void> predict(const ModelTrial& trial, TaskControl& control) {
  KARYO_TRY(const ModelFolder folder, ModelFolder::open(trial.model));
  const auto names = names_to_predict(trial, folder.weights);
  if (names.empty()) return {};
  std::error_code ec;
  fs::create_directories(trial.predictions, ec);
  if (ec) {
    return Error(ErrorCode::kIo, "cannot make " + trial.predictions.string() + ": " + ec.message(),
                 "Copy the model to a place where you may write.");
  }
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  const fs::path list = trial.predictions / ".only.txt";
  KARYO_CHECK_OK(write_file_atomically(list, text));
  auto outcome = worker::predict_files(
      {"--model", trial.model.string(), "--input", trial.images.string(), "--output",
       trial.predictions.string(), "--only", list.string(), "--overwrite"},
      control, [](const worker::FileDone&) {});
  fs::remove(list, ec);
  return outcome;
}

}  // namespace karyo
