#pragma once

/// A training of make_spot_dataset's images that learns nothing, in no time.

#include <filesystem>
#include <string>

#include "app/training_plan.h"
#include "app/training_run.h"

namespace karyo::test {

inline TrainingPlan small_plan(const std::filesystem::path& data, std::int64_t epochs,
                               std::int64_t steps = 2, const std::string& name = "nuclei 1") {
  TrainingPlan plan;
  plan.config = fitting_config("stardist", {1, 96, 96});
  plan.config.epochs = epochs;
  plan.config.steps = steps;
  plan.config.batch = 1;
  plan.config.filters = 4;
  plan.config.unet_depth = 2;
  plan.config.features = 8;
  plan.config.patch = {1, 64, 64};
  plan.data = data;
  plan.model = models_of(data) / name;
  return plan;
}

}  // namespace karyo::test
