#pragma once

/// Restored images against clean ones, beside the noisy images that they were made of: scores a
/// plane, maps.

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/report/evaluation_pairs.h"
#include "core/base/result.h"
#include "core/metrics/restoration.h"

namespace karyo {

struct AgainstTruth {
  RestorationScores prediction, source;  ///< each against the truth
};

struct RestoredImageScores {
  std::string name;
  std::vector<AgainstTruth> planes;  ///< frames, then channels, then slices
  AgainstTruth mean;                 ///< over the planes
};

struct RestorationEvaluation {
  std::vector<RestoredImageScores> images;
  AgainstTruth mean;  ///< over the images
  /// {"ssim": {"prediction": ..., "source": ...}, "nrmse": ..., "nrmse_notebook": ..., "psnr": ...}
  nlohmann::json table() const;
};

/// Reads and judges every pair (its `image` is the noisy source, which must be there), then writes
/// to `output`
///   metrics.csv, metrics.json       a row a plane; means
///   evaluation.json                 what was compared (app/report/evaluation_record.h)
///   QC_metrics.csv                  the columns of ZeroCostDL4Mic's notebooks
///   SSIM_GTvsPrediction_NAME.tif, SSIM_GTvsSource_NAME.tif, RSE_GTvs..._NAME.tif   with `maps`
/// `on_image` is called after each with (done, total, name) and may return false to stop.
/// Errors: as read_image, comparable and compare_planes, naming the file; kNotFound for an image
/// without source; kBadFile for unlike shapes; kCancelled; kIo.
Result<RestorationEvaluation> evaluate_restoration(
    const EvaluationPairs& files, const std::filesystem::path& output, bool maps,
    const std::function<bool(std::int64_t, std::int64_t, const std::string&)>& on_image);

/// The tables that it writes; the notebooks' has one row an image, or one a slice.
std::string metrics_csv(const RestorationEvaluation& evaluation);
std::string notebook_csv(const RestorationEvaluation& evaluation);
nlohmann::json metrics_json(const RestorationEvaluation& evaluation);

/// The mean of each score over planes or images.
AgainstTruth mean_of(const std::vector<AgainstTruth>& pairs);

}  // namespace karyo
