#include "models/train/train_folder.h"

#include <ctime>

#include "models/train/checkpoint.h"

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

void note_warnings(const std::vector<Finding>& findings, TrainObserver& observer) {
  for (const auto& finding : findings) {
    if (finding.severity != Severity::kWarning) continue;
    observer.on_note("note: " + finding.file.string() + ": " + finding.what + " (" + finding.fix +
                     ")");
  }
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace karyo
