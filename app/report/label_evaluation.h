#pragma once

/// Predicted label images against true ones, file by file: counts, scores, pictures.

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/report/evaluation_pairs.h"
#include "core/base/result.h"
#include "core/metrics/error_dependence.h"
#include "core/metrics/matching.h"

namespace karyo {

/// Where one threshold is to stand for all: the one nearest to this.
inline constexpr double kJudgedIou = 0.5;

struct LabelEvaluationOptions {
  std::filesystem::path output;        ///< folder for the tables and overlays/
  std::vector<double> iou_thresholds;  ///< in (0, 1], ascending
};

/// Scores of the objects of each class, one a threshold.
using ClassScores = std::map<std::string, std::vector<Matching>>;

struct ImageScores {
  std::string name;
  std::vector<Matching> by_threshold;
  /// Of all objects together: pixels of both, in a share of those of either; 1 where there are
  /// none.
  double foreground_iou = 0;
  ClassScores by_class = {};  ///< where truth and prediction have tables of classes
  /// At kJudgedIou, or the threshold nearest to it; empty: not known.
  std::vector<JudgedTruth> truths = {};
};

struct LabelEvaluation {
  std::vector<ImageScores> images;
  std::vector<Matching> pooled;  ///< one a threshold
  ClassScores by_class;          ///< pooled; empty without tables of classes
  /// {"0.5": {"accuracy": ..., "f1": ..., ...}, ...}
  nlohmann::json pooled_table() const;
};

/// Reads, matches and draws every pair, then writes metrics.csv, metrics.json, overlays/NAME.png
/// and the tables of true objects (app/report/object_tables.h) to the output folder, and
/// evaluation.json (app/report/evaluation_record.h). Ignored parts of the
/// truth are left out (core/metrics/matching.h). Where truth and prediction have tables of classes
/// (core/dataset/class_table.h), the objects of each class are compared with those of the same
/// class, true ones of no known class being ignored. `on_image` is called after each with (done,
/// total, name) and may return false to stop. Errors: as read_labels and find_overlaps, naming the
/// file; kCancelled; kIo.
Result<LabelEvaluation> evaluate_labels(
    const LabelEvaluationOptions& options, const EvaluationPairs& files,
    const std::function<bool(std::int64_t, std::int64_t, const std::string&)>& on_image);

/// The tables that it writes: a row an image and threshold, and of all together; the same as JSON.
std::string metrics_csv(const LabelEvaluation& evaluation);
nlohmann::json metrics_json(const LabelEvaluation& evaluation);

/// The place of the threshold nearest to kJudgedIou, the first of equals; 0 of none.
std::size_t main_threshold(const std::vector<Matching>& by_threshold);

/// Sums over the images, at each threshold of the first one.
void pool_images(LabelEvaluation& evaluation);

/// "0.5", "0.55": thresholds as they are written in tables.
std::string threshold_text(double threshold);

/// "0.5", "0.5,0.75" or "0.5:0.95:0.05" (both ends included). Errors: kInvalidArgument.
Result<std::vector<double>> parse_thresholds(const std::string& text);

}  // namespace karyo
