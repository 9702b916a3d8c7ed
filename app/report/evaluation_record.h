#pragma once

/// evaluation.json: what an evaluation compared, beside its tables, so that a report can draw the
/// images and tell whether a model was trained on them.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/report/evaluation_pairs.h"
#include "core/base/result.h"
#include "core/dataset/plane_fingerprints.h"
#include "core/image/volume.h"

namespace karyo {

struct EvaluatedFile {
  std::string name;
  std::filesystem::path truth, prediction, image;  ///< absolute; image may be empty
  VolumeShape shape;                               ///< of the truth
  VoxelGrid grid;                                  ///< of the image, else of the truth
  PlaneFingerprints truth_planes, image_planes;    ///< empty: not known
};

struct EvaluationRecord {
  std::string kind;  ///< "labels" or "restoration"
  std::string made;  ///< UTC, "2026-01-31T09:30:00Z"
  std::string program_version;
  std::vector<EvaluatedFile> files;
};

/// Reads truths and images once more, for their fingerprints; what cannot be read has none.
EvaluationRecord record_of(const std::string& kind, const EvaluationPairs& pairs);

Result<void> write_evaluation_record(const std::filesystem::path& folder,
                                     const EvaluationRecord& record);
/// Nothing where the folder has none, as one of an earlier version. Errors: kBadFile, kIo.
Result<std::optional<EvaluationRecord>> read_evaluation_record(const std::filesystem::path& folder);

}  // namespace karyo
