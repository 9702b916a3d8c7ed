#pragma once

/// What `karyoscope evaluate` left in its output folder, read back.

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/report/evaluation_record.h"
#include "app/report/label_evaluation.h"
#include "app/report/restoration_evaluation.h"
#include "core/base/result.h"

namespace karyo {

struct EvaluationFolder {
  std::filesystem::path path;
  bool restoration = false;                ///< else of labels
  LabelEvaluation labels;                  ///< of a restoration empty
  RestorationEvaluation restored;          ///< of labels empty
  std::optional<EvaluationRecord> record;  ///< absent: of an earlier version

  std::size_t image_count() const;
  std::vector<std::string> names() const;
  /// Null where the record does not know the image.
  const EvaluatedFile* file(const std::string& name) const;
  /// Without these images; sums and means are those of the others.
  EvaluationFolder without(const std::set<std::string>& names) const;
};

/// Errors: kNotFound (no folder, no metrics.json), kBadFile.
Result<EvaluationFolder> read_evaluation(const std::filesystem::path& folder);

}  // namespace karyo
