#include "app/model_rounds.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "app/compared_image.h"
#include "app/live_set.h"
#include "app/model_trial.h"
#include "app/training_plan.h"
#include "core/base/atomic_file.h"
#include "core/io/image_names.h"
#include "core/metrics/matching.h"
#include "models/io/history.h"
#include "models/io/model_folder.h"
#include "models/train/training_data.h"

namespace karyo {

// Beside the type, where the library looks for it.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ModelRound, name, started, minutes, epochs, images,
                                                nuclei, accuracy, f1, learned_from_judges)

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kFile = "rounds.json";
constexpr std::size_t kMostBytes = std::size_t{16} << 20;

Error no_judges() {
  return {ErrorCode::kNotFound, "no image of the folder judges models yet",
          "Mark two finished images as done, and train: one of them judges then."};
}

/// Of a column of numbers; 0 without it.
double total_of(const History& history, const std::string& column) {
  const int place = history.column(column);
  if (place < 0) return 0;
  double total = 0;
  for (const auto& row : history.rows) {
    const double value = row[static_cast<std::size_t>(place)];
    if (std::isfinite(value)) total += value;
  }
  return total;
}

/// What a model's folder says of how it came to be.
Result<ModelRound> described(const KnownModel& model, const std::set<std::string>& judges) {
  KARYO_TRY(const ModelFolder folder, ModelFolder::open(model.folder));
  ModelRound round;
  round.name = model.folder.filename().string();
  round.epochs = model.epochs;
  if (folder.record) {
    round.started = folder.record->started;
  }
  if (const auto history = read_history(folder.history())) {
    round.minutes = total_of(*history, "seconds") / 60;
  }
  KARYO_TRY(const auto data, read_training_data(model.folder));
  for (const SeenImage& image : data ? data->images : std::vector<SeenImage>()) {
    if (image.role == TrainingRole::kValidation) continue;
    if (judges.contains(image_stem(image.input))) round.learned_from_judges = true;
    if (image.role == TrainingRole::kPretraining) continue;
    ++round.images;
    round.nuclei += std::max<std::int64_t>(0, image.objects);
  }
  return round;
}

Result<void> judge(ModelRound& round, ModelTrial trial, const std::set<std::string>& judges,
                   TaskControl& control) {
  std::erase_if(trial.names, [&](const std::string& name) { return !judges.contains(name); });
  if (trial.names.empty()) return no_judges();
  KARYO_CHECK_OK(predict(trial, control));
  KARYO_TRY(const auto files, trial.pairs());
  std::vector<Matching> images;
  for (const EvaluationPair& pair : files.pairs) {
    if (!judges.contains(pair.name)) continue;  // predicted at another time
    KARYO_TRY(const ComparedImage compared, judge_image(pair));
    images.push_back(compared.by_threshold[kComparedThreshold]);
  }
  const Matching all = pool(images);
  round.accuracy = all.accuracy;
  round.f1 = all.f1;
  return {};
}

}  // namespace

Result<std::vector<ModelRound>> judge_rounds(const fs::path& data, TaskControl& control) {
  const fs::path models = models_of(data);
  const auto judges = judges_of(models);
  if (judges.empty()) return no_judges();
  auto known = known_models(models);
  std::erase_if(
      known, [](const KnownModel& model) { return model.kind != "stardist" || model.epochs == 0; });
  if (known.empty()) {
    return Error(ErrorCode::kNotFound, "no model was trained on this folder yet",
                 "Train one first.");
  }
  std::vector<ModelRound> rounds;
  for (const KnownModel& model : known) {
    if (control.cancelled()) return cancelled_error("judging the rounds");
    KARYO_TRY(ModelRound round, described(model, judges));
    const auto trial = trial_of(model.folder, data);
    if (!trial) continue;  // it has no weights yet
    KARYO_CHECK_OK(judge(round, *trial, judges, control));
    rounds.push_back(std::move(round));
  }
  std::stable_sort(rounds.begin(), rounds.end(),
                   [](const ModelRound& a, const ModelRound& b) { return a.started < b.started; });
  KARYO_CHECK_OK(write_file_atomically(models / kFile, json(rounds).dump(1) + "\n"));
  return rounds;
}

fs::file_time_type rounds_written(const fs::path& models) {
  std::error_code absent;
  return fs::last_write_time(models / kFile, absent);
}

std::vector<ModelRound> rounds_of(const fs::path& models) {
  const auto text = read_file(models / kFile, kMostBytes);
  if (!text) return {};
  try {
    return json::parse(*text).get<std::vector<ModelRound>>();
  } catch (const json::exception&) {
    return {};
  }
}

int best_round(const std::vector<ModelRound>& rounds) {
  int best = -1;
  for (int i = 0; i < static_cast<int>(rounds.size()); ++i) {
    const ModelRound& round = rounds[static_cast<std::size_t>(i)];
    if (round.learned_from_judges) continue;
    if (best < 0 || round.f1 > rounds[static_cast<std::size_t>(best)].f1) best = i;
  }
  return best;
}

}  // namespace karyo
