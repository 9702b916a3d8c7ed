#pragma once

/// Predicted label images against true ones, file by file: counts, scores, pictures.

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/metrics/matching.h"

namespace karyo {

struct LabelEvaluationOptions {
  std::filesystem::path truth, prediction;  ///< folders, or two files
  std::filesystem::path output;             ///< folder for the tables and overlays/
  std::filesystem::path images;             ///< drawn beneath the overlays; may be empty
  std::vector<double> iou_thresholds;       ///< in (0, 1], ascending
  bool allow_missing = false;               ///< leave images without prediction out
};

/// Files that belong together, by name without ending.
struct EvaluationPair {
  std::string name;
  std::filesystem::path truth, prediction, image;  ///< image may be empty
};

struct EvaluationPairs {
  std::vector<EvaluationPair> pairs;  ///< sorted by name
  std::vector<std::string> warnings;  ///< files left out, and why
};

/// A folder that holds no images itself but masks/ stands for that (and its images/ for `images`).
/// Errors: kNotFound when a folder is missing or empty, when no name is on both sides, or when a
/// true image has no prediction (unless allow_missing); all such names are told.
Result<EvaluationPairs> pair_files(const LabelEvaluationOptions& options);

struct ImageScores {
  std::string name;
  std::vector<Matching> by_threshold;
};

struct LabelEvaluation {
  std::vector<ImageScores> images;
  std::vector<Matching> pooled;  ///< one a threshold
  /// {"0.5": {"accuracy": ..., "f1": ..., ...}, ...}
  nlohmann::json pooled_table() const;
};

/// Reads, matches and draws every pair, then writes metrics.csv, metrics.json and overlays/NAME.png
/// to the output folder. `on_image` is called after each with (done, total, name) and may return
/// false to stop.
/// Errors: as read_labels and find_overlaps, naming the file; kCancelled; kIo.
Result<LabelEvaluation> evaluate_labels(
    const LabelEvaluationOptions& options, const EvaluationPairs& files,
    const std::function<bool(std::int64_t, std::int64_t, const std::string&)>& on_image);

/// "0.5", "0.55": thresholds as they are written in tables.
std::string threshold_text(double threshold);

/// "0.5", "0.5,0.75" or "0.5:0.95:0.05" (both ends included). Errors: kInvalidArgument.
Result<std::vector<double>> parse_thresholds(const std::string& text);

}  // namespace karyo
