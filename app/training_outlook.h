#pragma once

/// A training before it starts: what it will need, how long it may take, and what the network will
/// be shown.
///
/// Threads  pure; reads files, so for a job.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/task.h"
#include "core/dataset/train_list.h"
#include "models/train/train_config.h"

namespace karyo {

/// One patch (of a stack its middle plane) as 8-bit grey values, channels averaged, brought to the
/// range of `plain`.
struct ExamplePatch {
  std::int64_t height = 0, width = 0;
  std::vector<std::uint8_t> plain;    ///< as the image is
  std::vector<std::uint8_t> changed;  ///< augmented; Noise2Void: with its pixels hidden
  /// CARE: what `changed` is to become. StarDist: how much of a nucleus is there, 0 to 255.
  std::vector<std::uint8_t> goal;
};

/// Of training data and settings.
struct PlannedTraining {
  TrainConfig config;
  std::filesystem::path data;
  std::vector<TrainImage> only;  ///< as TrainRequest::only
};

struct TrainingOutlook {
  std::int64_t bytes = 0;       ///< that it will take
  std::int64_t free_bytes = 0;  ///< of memory now
  /// By the pace of `paced_by`, the last model of the kind that was trained on the folder.
  std::optional<double> epoch_seconds;
  std::string paced_by;
};

/// Errors: those of the data and of settings that do not fit them; kTooLarge where memory does not
/// suffice, with settings that would do.
Result<TrainingOutlook> look_ahead(const PlannedTraining& planned, TaskControl& control);

/// The first patches of batch `number`, at most `most`. Errors: the same; of reading.
Result<std::vector<ExamplePatch>> example_patches(const PlannedTraining& planned,
                                                  std::int64_t number, std::int64_t most,
                                                  TaskControl& control);

}  // namespace karyo
