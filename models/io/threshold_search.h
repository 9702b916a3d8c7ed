#pragma once

/// threshold_search.csv of a StarDist model folder: what the search for thresholds tried.

#include <filesystem>
#include <vector>

#include "core/base/result.h"

namespace karyo {

/// One pair of thresholds, and its score: the mean accuracy over IoU 0.3, 0.5 and 0.7 on the
/// validation images.
struct ThresholdTry {
  double nms = 0, prob = 0, score = 0;
  friend bool operator==(const ThresholdTry&, const ThresholdTry&) = default;
};

/// By rising NMS threshold, then probability threshold. Empty where the folder has none, as one of
/// Python's or of an earlier version. Errors  kBadFile, kIo.
Result<std::vector<ThresholdTry>> read_threshold_search(const std::filesystem::path& model);

/// Atomic. Errors  kIo.
Result<void> write_threshold_search(const std::filesystem::path& model,
                                    const std::vector<ThresholdTry>& tries);

}  // namespace karyo
