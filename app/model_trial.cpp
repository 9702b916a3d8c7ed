#include "app/model_trial.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

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
#include "models/train/data_look.h"

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

bool has_scores(const fs::path& folder, const std::string& name) {
  std::error_code absent;
  return fs::exists(folder / (name + "_scores.csv"), absent) ||
         fs::exists(folder / (name + "_t1_scores.csv"), absent);
}

/// When what the model makes of images was last changed: its weights, its thresholds, its record,
/// which tells what comes before it, and that itself.
fs::file_time_type changed_last(const ModelFolder& folder) {
  auto last = fs::file_time_type::min();
  const auto look_at = [&](const fs::path& file) {
    std::error_code absent;
    const auto time = fs::last_write_time(file, absent);
    if (!absent) last = std::max(last, time);
  };
  look_at(folder.weights);
  look_at(folder.path / "thresholds.json");
  look_at(folder.path / "karyoscope.json");
  if (folder.before) look_at(folder.before->weights);
  return last;
}

/// Names of images whose prediction is not there, or older than what it is made of.
std::vector<std::string> names_to_predict(const ModelTrial& trial, const fs::path& predictions,
                                          const ModelFolder& folder) {
  const auto images = images_in(trial.images), results = images_in(predictions);
  const auto changed = changed_last(folder);
  std::vector<std::string> names;
  for (const std::string& name : trial.names) {
    const auto result = results.find(name);
    std::error_code ec;
    const bool fresh = result != results.end() &&
                       fs::last_write_time(result->second, ec) >=
                           std::max(fs::last_write_time(images.at(name), ec), changed) &&
                       !ec &&
                       (folder.kind != ModelKind::kStarDist || has_scores(predictions, name));
    if (!fresh) names.push_back(name);
  }
  return names;
}

}  // namespace

Result<EvaluationPairs> ModelTrial::pairs() const {
  PairOptions files;
  files.prediction = predictions;
  files.truth = other ? other_predictions : truth;
  files.images = images;
  KARYO_TRY(EvaluationPairs pairs, compared_pairs(files, kind));
  if (kind != ComparedKind::kAlone && kind != ComparedKind::kModels) return pairs;
  // What an earlier trial left of images that are gone since.
  const std::set<std::string> wanted(names.begin(), names.end());
  std::erase_if(pairs.pairs, [&](const auto& pair) { return !wanted.contains(pair.name); });
  return pairs;
}

Result<ModelTrial> trial_of(const fs::path& model, const fs::path& data, const TrialWish& wish) {
  KARYO_TRY(const ModelFolder folder, ModelFolder::open(model));
  if (folder.weights.empty()) {
    return Error(ErrorCode::kNotFound, model.filename().string() + " has learned nothing yet",
                 "Train it first.");
  }
  const bool unknown = wish.alone || wish.other;
  if (unknown && folder.kind != ModelKind::kStarDist) {
    return Error(ErrorCode::kUnsupported,
                 model.filename().string() + " restores images and finds no nuclei",
                 "Compare its images with those of another model, or with clean ones (Compare…).");
  }
  if (folder.kind == ModelKind::kN2v) {
    return Error(ErrorCode::kUnsupported,
                 "Noise2Void learns without clean images, so there is nothing to compare with",
                 "Where clean images of the same places exist, choose the folders yourself "
                 "(Compare…).");
  }
  const bool nuclei = folder.kind == ModelKind::kStarDist;
  ModelTrial trial;
  trial.kind = wish.other   ? ComparedKind::kModels
               : wish.alone ? ComparedKind::kAlone
               : nuclei     ? ComparedKind::kObjects
                            : ComparedKind::kRestored;
  trial.model = model;
  trial.truth = data / (nuclei ? "masks" : "high");
  trial.images = data / (nuclei ? "images" : "low");
  std::error_code ec;
  // A folder to annotate may hold the images itself.
  if (nuclei && !fs::is_directory(trial.images, ec)) trial.images = data;
  trial.predictions = model / "Quality Control" / "Prediction" / fs::absolute(data, ec).filename();
  if (wish.other) {
    trial.other = wish.other;
    char thresholds[64];
    std::snprintf(thresholds, sizeof thresholds, " (prob %.4g, nms %.4g)", wish.other->prob,
                  wish.other->nms);
    trial.other_predictions = trial.predictions;
    trial.other_predictions += thresholds;
  }
  const auto truths = images_in(trial.truth), images = images_in(trial.images);
  for (const auto& [name, path] : images) {
    if (unknown || truths.contains(name)) trial.names.push_back(name);
  }
  if (unknown && trial.names.empty()) {
    return Error(ErrorCode::kNotFound, "there is no image in " + trial.images.string(),
                 "Choose another folder.");
  }
  if (trial.names.empty()) {
    return Error(ErrorCode::kNotFound,
                 "no image of " + data.string() + " has " +
                     (nuclei ? "a mask" : "a clean partner in high/") + " to judge a model by",
                 nuclei ? "Draw the nuclei of one image at least." : "Choose another folder.");
  }
  return trial;
}

Result<ModelTrial> trial_at_hand(Workspace& workspace, const TrialWish& wish) {
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
  KARYO_TRY(ModelTrial trial, trial_of(model, data, wish));
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

std::vector<std::string> unlike_training(const ModelTrial& trial, const TaskControl& control) {
  const auto folder = ModelFolder::open(trial.model);
  if (!folder) return {};
  const DataLook known = given_look_of(*folder);
  if (known.images == 0) return {};
  std::vector<fs::path> files;
  const auto images = images_in(trial.images);
  for (const std::string& name : trial.names) files.push_back(images.at(name));
  const auto look = look_at(files, {}, control);
  return look ? differences(known, *look) : std::vector<std::string>();
}

namespace {

Result<void> predict_into(const ModelTrial& trial, const fs::path& predictions,
                          const ModelFolder& folder, std::vector<std::string> options,
                          TaskControl& control) {
  const auto names = names_to_predict(trial, predictions, folder);
  if (names.empty()) return {};
  std::error_code ec;
  fs::create_directories(predictions, ec);
  if (ec) {
    return Error(ErrorCode::kIo, "cannot make " + predictions.string() + ": " + ec.message(),
                 "Copy the model to a place where you may write.");
  }
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  const fs::path list = predictions / ".only.txt";
  KARYO_CHECK_OK(write_file_atomically(list, text));
  std::vector<std::string> arguments{
      "--model",    trial.model.string(), "--input", trial.images.string(),
      "--output",   predictions.string(), "--only",  list.string(),
      "--overwrite"};
  if (folder.kind == ModelKind::kStarDist) arguments.emplace_back("--probability");
  arguments.insert(arguments.end(), options.begin(), options.end());
  auto outcome =
      worker::predict_files(std::move(arguments), control, [](const worker::FileDone&) {});
  fs::remove(list, ec);
  return outcome;
}

}  // namespace

Result<void> predict(const ModelTrial& trial, TaskControl& control) {
  KARYO_TRY(const ModelFolder folder, ModelFolder::open(trial.model));
  KARYO_CHECK_OK(predict_into(trial, trial.predictions, folder, {}, control));
  if (!trial.other) return {};
  return predict_into(
      trial, trial.other_predictions, folder,
      {"--prob", std::to_string(trial.other->prob), "--nms", std::to_string(trial.other->nms)},
      control);
}

}  // namespace karyo
