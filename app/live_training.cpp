#include "app/live_training.h"

#include <set>
#include <system_error>
#include <vector>

#include "app/dataset_session.h"
#include "app/live_set.h"
#include "app/training_plan.h"
#include "app/training_run.h"
#include "app/workspace.h"

namespace karyo {

LiveTraining::LiveTraining(Workspace& workspace) : workspace_(workspace) {
  connection_ = workspace_.dataset().changed.connect([this] { dataset_changed(); });
}

void LiveTraining::dataset_changed() {
  TrainingRun& training = workspace_.training();
  const DatasetSession& dataset = workspace_.dataset();
  if (training.state() != TrainingRun::State::kRunning || training.only().empty() ||
      !dataset.is_open() || training.data() != dataset.folder()) {
    return;
  }
  std::vector<std::string> done;
  std::set<std::string> corrected;
  for (const DatasetItem& item : dataset.items()) {
    if (item.state != ImageState::kDone) continue;
    std::error_code none;
    const auto written = std::filesystem::last_write_time(item.mask, none);
    if (none) continue;  // it is being saved for the first time
    done.push_back(item.name);
    if (written > training.started()) corrected.insert(item.name);
  }
  const auto images = grown_images(training.only(), done, corrected, training.config().val);
  if (images == training.only()) return;
  auto kept = keep_judges(models_of(dataset.folder()), images);
  if (kept) kept = training.set_images(images);
  if (!kept) workspace_.failed.emit(kept.error());
}

}  // namespace karyo
