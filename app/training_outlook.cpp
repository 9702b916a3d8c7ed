#include "app/training_outlook.h"

#include <algorithm>
#include <cmath>

#include "app/training_plan.h"
#include "core/dataset/image_folder.h"
#include "core/dataset/restoration_folder.h"
#include "core/io/limits.h"
#include "models/io/model_folder.h"
#include "models/train/memory_need.h"

namespace karyo {
namespace {

/// What the headers of the images say.
struct Surveyed {
  DataSize data;
  Index3 smallest{INT64_MAX, INT64_MAX, INT64_MAX};

  void add(const VolumeShape& shape, VoxelType type) {
    data.bytes += static_cast<double>(shape.count()) * static_cast<double>(bytes_of(type));
    smallest = {std::min(smallest.z, shape.z), std::min(smallest.y, shape.y),
                std::min(smallest.x, shape.x)};
  }
};

Result<Surveyed> survey(const PlannedTraining& planned) {
  Surveyed found;
  const TrainConfig& config = planned.config;
  if (config.model == "care") {
    KARYO_TRY(const auto dataset, open_restoration(planned.data, config.dims));
    KARYO_CHECK_OK(dataset.usable());
    for (const auto& pair : dataset.pairs) {
      found.add(pair.low_shape, pair.low_type);
      found.add(pair.high_shape, pair.high_type);
      found.data.channels = pair.low_shape.c;
      found.data.channels_out = pair.high_shape.c;
    }
  } else if (config.model == "n2v") {
    KARYO_TRY(const auto dataset, open_images(planned.data, config.dims));
    KARYO_CHECK_OK(dataset.usable());
    for (const auto& image : dataset.images) {
      found.add(image.shape, image.type);
      found.data.channels = found.data.channels_out = image.shape.c;
    }
  } else {
    KARYO_TRY(const auto dataset, open_dataset(planned.data, config.dims, names_of(planned.only)));
    KARYO_CHECK_OK(dataset.usable());
    for (const auto& pair : dataset.pairs) {
      found.add(pair.shape, pair.type);
      found.data.channels = pair.shape.c;
    }
  }
  return found;
}

/// Work of a step, in values that the network computes.
double work_of(const TrainConfig& config, const DataSize& data) {
  return values_per_voxel(config, data) * static_cast<double>(config.patch.count()) *
         static_cast<double>(config.batch) * static_cast<double>(config.steps);
}

void take_pace(const PlannedTraining& planned, const TrainConfig& config, const DataSize& data,
               TrainingOutlook& outlook) {
  for (const KnownModel& known : known_models(models_of(planned.data))) {
    if (known.kind != config.model || known.dims != config.dims || known.epochs < 1) continue;
    const auto folder = ModelFolder::open(known.folder);
    if (!folder || !folder->record || !folder->settings) continue;
    const auto was = train_config_from_json(*folder->settings);
    if (!was || folder->record->training_seconds <= 0 || work_of(*was, data) <= 0) continue;
    outlook.epoch_seconds = folder->record->training_seconds / static_cast<double>(known.epochs) *
                            work_of(config, data) / work_of(*was, data);
    outlook.paced_by = known.folder.filename().string();
    return;
  }
}

}  // namespace

Result<TrainingOutlook> look_ahead(const PlannedTraining& planned, TaskControl& control) {
  control.report(0, "Looking at the images");
  KARYO_TRY(const Surveyed found, survey(planned));
  TrainingOutlook outlook;
  // memory_budget_bytes is four fifths of what is free.
  outlook.free_bytes = static_cast<std::int64_t>(io::memory_budget_bytes() / 4 * 5);
  TrainConfig config = planned.config;
  KARYO_CHECK_OK(resolve_auto(config, found.data, found.smallest, false, outlook.free_bytes));
  KARYO_CHECK_OK(check_memory(config, found.data, false, outlook.free_bytes,
                              memory_text(outlook.free_bytes) + " are free"));
  outlook.bytes = training_bytes(config, found.data, false);
  take_pace(planned, config, found.data, outlook);
  return outlook;
}

}  // namespace karyo
