#include "app/guide.h"

#include <string>

#include "app/dataset_session.h"
#include "app/model_in_use.h"
#include "app/model_rounds.h"
#include "app/object_checks.h"
#include "app/sample.h"
#include "app/training_plan.h"
#include "app/training_run.h"
#include "app/workspace.h"
#include "core/io/image_io.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr int kImages = 12;

/// As far as they have been measured, which is done in the background.
std::size_t objects_drawn(Workspace& workspace) {
  ObjectChecks& checks = workspace.checks();
  checks.update();
  const bool of_folder = checks.layer() && checks.layer() == workspace.dataset().labels();
  return of_folder ? checks.rows().size() : 0;
}

bool is_done(Workspace& workspace, GuideStep step) {
  const DatasetSession& dataset = workspace.dataset();
  const TrainingRun& training = workspace.training();
  const int done = dataset.count_of(ImageState::kDone);
  switch (step) {
    case GuideStep::kDraw:
      return done > 0 || objects_drawn(workspace) >= static_cast<std::size_t>(kGuideNuclei);
    case GuideStep::kFinish:
      return done >= kGuideImages;
    case GuideStep::kTrain:
      return training.going_on() || !training.history().rows.empty();
    case GuideStep::kSee:
      return workspace.model().is_open();
    case GuideStep::kCorrect:
      return done > kGuideImages;
    case GuideStep::kJudge:
      return !rounds_of(models_of(dataset.folder())).empty();
    case GuideStep::kThatsIt:
      break;
  }
  return false;
}

}  // namespace

Result<void> make_guide_folder(const fs::path& folder, TaskControl& control) {
  for (int i = 1; i <= kImages; ++i) {
    if (control.cancelled()) return cancelled_error("making the images");
    control.report(static_cast<double>(i) / kImages, "Making images");
    const fs::path file = folder / "images" /
                          ("nuclei_" + std::string(i < 10 ? "0" : "") + std::to_string(i) + ".tif");
    std::error_code absent;
    if (fs::exists(file, absent)) continue;
    KARYO_CHECK_OK(write_image(file, make_sample_slice(static_cast<std::uint64_t>(100 + i)).image));
  }
  return {};
}

GuideStep guide_step(Workspace& workspace, GuideStep since) {
  int step = static_cast<int>(since);
  if (!workspace.dataset().is_open()) return since;
  while (step < kGuideSteps && is_done(workspace, static_cast<GuideStep>(step))) ++step;
  return static_cast<GuideStep>(step);
}

}  // namespace karyo
