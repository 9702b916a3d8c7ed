#pragma once

/// data.json of a model folder: the images a model has seen, so that a report can describe them and
/// tell a test image that is one of them. docs/model_folder.md describes the file.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/dataset/plane_fingerprints.h"
#include "core/image/volume.h"

namespace karyo {

/// What an image was used for. kBoth: parts of it to train on, others to validate with.
enum class TrainingRole { kTraining, kValidation, kBoth, kPretraining };
/// "training", "validation", "both", "pretraining".
const char* name_of(TrainingRole role);

struct SeenImage {
  std::filesystem::path input, target;  ///< in the folder of the data, or whole paths; target may
                                        ///< be empty (Noise2Void)
  TrainingRole role = TrainingRole::kTraining;
  VolumeShape shape;  ///< of the input
  VoxelType type = VoxelType::kUInt8;
  VoxelGrid grid;
  std::int64_t objects = -1;                      ///< in the mask; -1: it is no mask
  PlaneFingerprints input_planes, target_planes;  ///< empty: not read
};

struct TrainingData {
  std::filesystem::path folder;  ///< as it was named, made absolute
  std::vector<SeenImage> images;
};

/// A file to take up, before anything of it was read.
struct TrainingFile {
  std::filesystem::path input, target;
  TrainingRole role = TrainingRole::kTraining;
};

/// Reads every file once, several at a time. `masks`: targets are labels whose objects are
/// counted. `folder` may be a single image: that it lies in is kept. Files that cannot be read are
/// kept without fingerprints: the training itself says what is wrong with them. Errors: kCancelled.
Result<TrainingData> describe_training_data(const std::filesystem::path& folder,
                                            const std::vector<TrainingFile>& files, bool masks,
                                            const TaskControl& control);

/// Adds what an earlier training of the same weights has seen, unless it is there already.
void add_seen_before(TrainingData& data, const TrainingData& before);

/// Nothing where the folder has no data.json, as Python's. Errors: kBadFile, kIo.
Result<std::optional<TrainingData>> read_training_data(const std::filesystem::path& model);
Result<void> write_training_data(const std::filesystem::path& model, const TrainingData& data);

}  // namespace karyo
