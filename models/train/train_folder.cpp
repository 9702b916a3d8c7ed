#include "models/train/train_folder.h"

#include "core/io/limits.h"
#include "models/train/checkpoint.h"
#include "models/train/trainer.h"

namespace karyo {

Result<void> check_same_network(const ModelFolder& folder, const nlohmann::ordered_json& now,
                                std::span<const NetworkKey> keys) {
  for (const auto& [key, name] : keys) {
    const auto before = folder.config_json.value(key, nlohmann::ordered_json());
    const auto wanted = now.value(key, nlohmann::ordered_json());
    if (before == wanted) continue;
    return Error(ErrorCode::kInvalidArgument,
                 folder.path.string() + " cannot be resumed with another network: " + name +
                     " was " + before.dump() + " and is " + wanted.dump() + " now",
                 "Resume with the data and settings it was begun with (they are in settings.json), "
                 "or train into another --model folder.");
  }
  return {};
}

Result<ModelFolder> folder_to_resume(const TrainRequest& request) {
  KARYO_TRY(auto folder, ModelFolder::open(request.model));
  if (!has_checkpoint(request.model)) {
    return Error(ErrorCode::kNotFound, "there is no checkpoint in " + request.model.string(),
                 "Leave --resume out to start a new training; --pretrained starts from weights.");
  }
  return folder;
}

Result<void> check_untrained(const TrainRequest& request) {
  if (!has_checkpoint(request.model) && choose_weights(request.model).empty()) return {};
  return Error(ErrorCode::kInvalidArgument,
               request.model.string() + " holds a trained model already",
               "Choose another --model folder, go on with --resume, or delete that folder.");
}

Result<void> check_pretrained(const ModelFolder& base, const nlohmann::ordered_json& was,
                              const nlohmann::ordered_json& now, std::span<const NetworkKey> keys) {
  std::string found, fix;
  for (const auto& [key, name] : keys) {
    const auto before = was.value(key, nlohmann::ordered_json());
    const auto wanted = now.value(key, nlohmann::ordered_json());
    if (before == wanted) continue;
    found += (found.empty() ? "" : ", ") + std::string(name) + " is " + before.dump() +
             " there and " + wanted.dump() + " here";
    if (std::string(name).starts_with("--")) {
      std::string value = before.dump();
      std::erase_if(value, [](char c) { return c == '[' || c == ']' || c == '"'; });
      fix += std::string(" ") + name + " " + value;
    }
  }
  if (found.empty()) return {};
  return Error(
      ErrorCode::kInvalidArgument,
      "the network of " + base.path.string() + " is another one: " + found,
      (fix.empty() ? "Give images with the channels it was trained with" : "Train with" + fix) +
          ", or start without --pretrained.");
}

void note_differences(const ModelFolder& base, const DataLook& look, TrainObserver& observer) {
  const DataLook was = look_of(base);
  if (was.images == 0) {
    observer.on_note("note: " + base.path.string() +
                     " does not say what images it learned from; they may look unlike these");
  }
  for (const auto& text : differences(was, look)) observer.on_note("warning: " + text);
}

void note_fresh(const std::vector<std::string>& layers, TrainObserver& observer) {
  if (layers.empty()) return;
  std::string names;
  for (const auto& name : layers) names += (names.empty() ? "" : ", ") + name;
  observer.on_note("note: of another shape there, so begun anew: " + names);
}

Result<void> settle_memory(const TrainRequest& request, TrainConfig& config, const DataSize& data,
                           Index3 smallest, bool bfloat16, TrainObserver& observer) {
  // memory_budget_bytes is four fifths of what is free; the process itself is in the need.
  const auto free = static_cast<std::int64_t>(io::memory_budget_bytes() / 4 * 5);
  const bool asked = request.memory_bytes > 0;
  const std::int64_t limit = asked ? request.memory_bytes : free;
  const std::string whence =
      asked ? "--memory allows " + memory_text(limit) : memory_text(limit) + " are free";
  const bool patch = is_auto(config.patch), batch = config.batch == 0;
  KARYO_CHECK_OK(resolve_auto(config, data, smallest, bfloat16, limit));
  KARYO_CHECK_OK(validate(config));
  if (patch || batch) {
    const std::string depth = config.dims == 3 ? std::to_string(config.patch.z) + "x" : "";
    observer.on_note("auto: patches of " + depth + std::to_string(config.patch.y) + "x" +
                     std::to_string(config.patch.x) + ", " + std::to_string(config.batch) +
                     " in a batch");
  }
  KARYO_CHECK_OK(check_memory(config, data, bfloat16, limit, whence));
  observer.on_note("needs about " + memory_text(training_bytes(config, data, bfloat16)) + " of " +
                   memory_text(limit) + (asked ? " (--memory)" : " free"));
  return {};
}

Result<void> keep_training_data(const TrainRequest& request, const std::vector<TrainingFile>& files,
                                bool masks, TrainObserver& observer, const TaskControl& control) {
  KARYO_TRY(TrainingData data, describe_training_data(request.data, files, masks, control));
  for (const auto& before :
       {request.resume ? request.model : std::filesystem::path(), request.pretrained}) {
    if (before.empty()) continue;
    const auto seen = read_training_data(before);
    if (seen && *seen) {
      add_seen_before(data, **seen);
    } else {
      observer.on_note("note: " + before.string() +
                       " does not say which images it was trained on; a report cannot tell whether "
                       "test images are among them");
    }
  }
  return write_training_data(request.model, data);
}

Result<void> add_training_data(const TrainRequest& request, const std::vector<TrainingFile>& files,
                               bool masks, const TaskControl& control) {
  KARYO_TRY(const TrainingData more, describe_training_data(request.data, files, masks, control));
  KARYO_TRY(auto known, read_training_data(request.model));
  if (!known) known.emplace().folder = more.folder;
  for (const SeenImage& image : more.images) known->images.push_back(image);
  return write_training_data(request.model, *known);
}

TrainPlan plan_of(const TrainRequest& request, const TrainConfig& config, double min_delta) {
  TrainPlan plan;
  plan.epochs = config.epochs;
  plan.steps = config.steps;
  plan.learning_rate = config.lr;
  plan.reduce.factor = config.reduce_lr_factor;
  plan.reduce.patience = config.reduce_lr_patience;
  plan.reduce.min_delta = min_delta;
  plan.folder = request.model;
  plan.resume = request.resume;
  plan.cosine = config.schedule == "cosine";
  plan.warmup = config.warmup;
  plan.weight_decay = config.weight_decay;
  plan.ema = config.ema;
  plan.checkpoint_seconds = 60.0 * static_cast<double>(config.checkpoint_minutes);
  return plan;
}

void note_warnings(const std::vector<Finding>& findings, TrainObserver& observer) {
  for (const auto& finding : findings) {
    if (finding.severity != Severity::kWarning) continue;
    observer.on_note("note: " + finding.file.string() + ": " + finding.what + " (" + finding.fix +
                     ")");
  }
}

}  // namespace karyo
