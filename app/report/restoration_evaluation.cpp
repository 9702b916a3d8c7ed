#include "app/report/restoration_evaluation.h"

#include <algorithm>
#include <optional>

#include "app/report/evaluation_record.h"
#include "app/report/number_text.h"
#include "app/report/plane_maps.h"
#include "core/base/atomic_file.h"
#include "core/base/parallel.h"
#include "core/base/task.h"
#include "core/base/text.h"
#include "core/io/image_io.h"

namespace karyo {

AgainstTruth mean_of(const std::vector<AgainstTruth>& pairs) {
  std::vector<RestorationScores> prediction, source;
  for (const AgainstTruth& pair : pairs) {
    prediction.push_back(pair.prediction);
    source.push_back(pair.source);
  }
  return {mean_of(prediction), mean_of(source)};
}

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// One map of each plane, as an image of the truth's axes.
struct Maps {
  Volume ssim, error;

  explicit Maps(const Volume& truth)
      : ssim(VoxelType::kFloat32, truth.shape(), truth.grid),
        error(VoxelType::kFloat32, truth.shape(), truth.grid) {}

  void put(std::int64_t t, std::int64_t c, std::int64_t z, const RestorationMaps& maps) {
    std::copy(maps.ssim.begin(), maps.ssim.end(), ssim.view<float>(t, c).row(z, 0));
    std::copy(maps.squared_error.begin(), maps.squared_error.end(),
              error.view<float>(t, c).row(z, 0));
  }
  Result<void> write(const fs::path& folder, const std::string& against,
                     const std::string& name) const {
    KARYO_CHECK_OK(write_image(folder / ("SSIM_GTvs" + against + "_" + name + ".tif"), ssim,
                               {.compress = true}));
    return write_image(folder / ("RSE_GTvs" + against + "_" + name + ".tif"), error,
                       {.compress = true});
  }
};

Result<RestorationScores> judge(const Volume& truth, const Volume& image, std::int64_t t,
                                std::int64_t c, std::int64_t z, int threads, Maps* maps) {
  KARYO_TRY(const auto compared, compare_plane(truth, image, t, c, z, threads));
  if (maps != nullptr) maps->put(t, c, z, compared);
  return compared.scores;
}

std::string shape_text(const VolumeShape& s) {
  return std::to_string(s.t) + " x " + std::to_string(s.c) + " x " + std::to_string(s.z) + " x " +
         std::to_string(s.y) + " x " + std::to_string(s.x);
}

Result<RestoredImageScores> judge_pair(const EvaluationPair& pair, const fs::path& output,
                                       bool with_maps) {
  if (pair.image.empty()) {
    return Error(ErrorCode::kNotFound, pair.name + " has no noisy image of the same name",
                 "Give the folder of what was restored with --source.");
  }
  KARYO_TRY(const Volume truth, read_image(pair.truth));
  KARYO_TRY(const Volume prediction, read_image(pair.prediction));
  KARYO_TRY(const Volume source, read_image(pair.image));
  const VolumeShape shape = truth.shape();
  for (const Volume* other : {&prediction, &source}) {
    if (other->shape() == shape) continue;
    return Error(ErrorCode::kBadFile,
                 pair.name + ": the truth has " + shape_text(shape) +
                     " voxels (T, C, Z, Y, X), the " +
                     (other == &source ? "source " : "prediction ") + shape_text(other->shape()),
                 "Compare images of one size, with the same axes (karyoscope convert --axes).");
  }
  RestoredImageScores scores{pair.name, {}, {}};
  std::optional<Maps> of_prediction, of_source;
  if (with_maps) of_prediction.emplace(truth), of_source.emplace(truth);
  const std::int64_t planes = shape.t * shape.c * shape.z;
  scores.planes.resize(static_cast<std::size_t>(planes));
  const auto judge_plane = [&](std::int64_t plane) -> Result<void> {
    const std::int64_t z = plane % shape.z, c = plane / shape.z % shape.c;
    const std::int64_t t = plane / shape.z / shape.c;
    const int threads = planes > 1 ? 1 : 0;
    AgainstTruth& pair_scores = scores.planes[static_cast<std::size_t>(plane)];
    KARYO_TRY(pair_scores.prediction, judge(truth, prediction, t, c, z, threads,
                                            of_prediction ? &*of_prediction : nullptr));
    KARYO_TRY(pair_scores.source,
              judge(truth, source, t, c, z, threads, of_source ? &*of_source : nullptr));
    return {};
  };
  std::vector<Result<void>> outcomes(static_cast<std::size_t>(planes));
  parallel_for(0, planes, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      outcomes[static_cast<std::size_t>(i)] = judge_plane(i);
    }
  });
  for (const auto& outcome : outcomes) {
    if (!outcome) return outcome.error().in(pair.name);
  }
  scores.mean = mean_of(scores.planes);
  if (with_maps) {
    KARYO_CHECK_OK(of_prediction->write(output, "Prediction", pair.name));
    KARYO_CHECK_OK(of_source->write(output, "Source", pair.name));
  }
  return scores;
}

std::string numbers(std::initializer_list<double> values) {
  std::string text;
  for (const double value : values) text += "," + general_text(value, 8);
  return text + "\n";
}

}  // namespace

std::string metrics_csv(const RestorationEvaluation& evaluation) {
  std::string csv =
      "image,plane,ssim_prediction,ssim_source,nrmse_prediction,nrmse_source,"
      "nrmse_notebook_prediction,nrmse_notebook_source,psnr_prediction,psnr_source\n";
  const auto add = [&](const std::string& name, const std::string& plane, const AgainstTruth& s) {
    csv += csv_field(name) + "," + plane +
           numbers({s.prediction.ssim, s.source.ssim, s.prediction.nrmse, s.source.nrmse,
                    s.prediction.nrmse_notebook, s.source.nrmse_notebook, s.prediction.psnr,
                    s.source.psnr});
  };
  for (const RestoredImageScores& image : evaluation.images) {
    for (std::size_t i = 0; i < image.planes.size(); ++i) {
      add(image.name, std::to_string(i + 1), image.planes[i]);
    }
    if (image.planes.size() > 1) add(image.name, "mean", image.mean);
  }
  add("(all images)", "mean", evaluation.mean);
  return csv;
}

/// The tables of ZeroCostDL4Mic: one row an image, or one a slice where there are stacks.
std::string notebook_csv(const RestorationEvaluation& evaluation) {
  const bool stacks = std::any_of(evaluation.images.begin(), evaluation.images.end(),
                                  [](const auto& image) { return image.planes.size() > 1; });
  std::string csv = stacks ? "File name,Slice #," : "image #,";
  csv +=
      "Prediction v. GT mSSIM,Input v. GT mSSIM,Prediction v. GT NRMSE,Input v. GT NRMSE,"
      "Prediction v. GT PSNR,Input v. GT PSNR\n";
  for (const RestoredImageScores& image : evaluation.images) {
    for (std::size_t i = 0; i < image.planes.size(); ++i) {
      const AgainstTruth& s = image.planes[i];
      csv += csv_field(image.name) + (stacks ? "," + std::to_string(i) : "") +
             numbers({s.prediction.ssim, s.source.ssim, s.prediction.nrmse_notebook,
                      s.source.nrmse_notebook, s.prediction.psnr, s.source.psnr});
    }
  }
  return csv;
}

namespace {

json table_of(const AgainstTruth& pair) {
  const auto both = [&](double RestorationScores::*score) {
    return json{{"prediction", pair.prediction.*score}, {"source", pair.source.*score}};
  };
  return {{"ssim", both(&RestorationScores::ssim)},
          {"nrmse", both(&RestorationScores::nrmse)},
          {"nrmse_notebook", both(&RestorationScores::nrmse_notebook)},
          {"psnr", both(&RestorationScores::psnr)}};
}

}  // namespace

json metrics_json(const RestorationEvaluation& evaluation) {
  json document = evaluation.table();
  json images = json::array();
  for (const RestoredImageScores& image : evaluation.images) {
    json planes = json::array();
    for (const AgainstTruth& plane : image.planes) planes.push_back(table_of(plane));
    images.push_back({{"name", image.name}, {"mean", table_of(image.mean)}, {"planes", planes}});
  }
  document["images"] = std::move(images);
  return document;
}

json RestorationEvaluation::table() const {
  return table_of(mean);
}

Result<RestorationEvaluation> evaluate_restoration(
    const EvaluationPairs& files, const fs::path& output, bool maps,
    const std::function<bool(std::int64_t, std::int64_t, const std::string&)>& on_image) {
  RestorationEvaluation evaluation;
  std::vector<AgainstTruth> means;
  const auto total = static_cast<std::int64_t>(files.pairs.size());
  for (const EvaluationPair& pair : files.pairs) {
    KARYO_TRY(auto scores, judge_pair(pair, output, maps));
    means.push_back(scores.mean);
    evaluation.images.push_back(std::move(scores));
    const auto done = static_cast<std::int64_t>(evaluation.images.size());
    if (on_image && !on_image(done, total, pair.name)) return cancelled_error("comparing images");
  }
  evaluation.mean = mean_of(means);
  KARYO_CHECK_OK(write_file_atomically(output / "metrics.csv", metrics_csv(evaluation)));
  KARYO_CHECK_OK(write_file_atomically(output / "QC_metrics.csv", notebook_csv(evaluation)));
  KARYO_CHECK_OK(write_file_atomically(
      output / "metrics.json",
      metrics_json(evaluation).dump(2, ' ', false, json::error_handler_t::replace) + "\n"));
  KARYO_CHECK_OK(write_evaluation_record(output, record_of("restoration", files)));
  return evaluation;
}

}  // namespace karyo
