#include "app/report/report_tables.h"

#include <cmath>

#include "app/report/number_text.h"
#include "app/report/object_tables.h"
#include "app/report/report_sections.h"
#include "core/base/atomic_file.h"
#include "core/base/text.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string document_text(const json& document) {
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string notebook_csv(const LabelEvaluation& evaluation, std::size_t at) {
  std::string csv =
      "image,Prediction v. GT Intersection over Union,false positive,true positive,false "
      "negative,precision,recall,accuracy,f1 score,n_true,n_pred,mean_true_score,"
      "mean_matched_score,panoptic_quality\n";
  for (const ImageScores& image : evaluation.images) {
    const Matching& m = image.by_threshold[at];
    csv += csv_field(image.name) + ",";
    if (std::isfinite(image.foreground_iou)) csv += general_text(image.foreground_iou, 8);
    for (const auto count : {m.false_positives, m.true_positives, m.false_negatives}) {
      csv += "," + std::to_string(count);
    }
    for (const double score : {m.precision, m.recall, m.accuracy, m.f1}) {
      csv += "," + general_text(score, 8);
    }
    csv += "," + std::to_string(m.n_true) + "," + std::to_string(m.n_pred);
    for (const double score : {m.mean_true_score, m.mean_matched_score, m.panoptic_quality}) {
      csv += "," + general_text(score, 8);
    }
    csv += "\n";
  }
  return csv;
}

std::vector<std::pair<std::string, std::string>> report_tables(const ReportSources& sources) {
  if (!sources.evaluation) return {};
  const EvaluationFolder& evaluation = *sources.evaluation;
  const std::string notebook = "QC_metrics_" + sources.name + ".csv";
  if (evaluation.restoration) {
    return {{"metrics.csv", metrics_csv(evaluation.restored)},
            {"metrics.json", document_text(metrics_json(evaluation.restored))},
            {notebook, notebook_csv(evaluation.restored)}};
  }
  std::vector<std::pair<std::string, std::string>> tables{
      {"metrics.csv", metrics_csv(evaluation.labels)},
      {"metrics.json", document_text(metrics_json(evaluation.labels))}};
  if (!truths_of(evaluation.labels).empty()) {
    tables.emplace_back("dependence.csv", dependence_csv(evaluation.labels));
  }
  const std::size_t at = main_threshold(evaluation.labels.pooled);
  if (evaluation.labels.pooled[at].threshold == 0.5) {
    tables.emplace_back(notebook, notebook_csv(evaluation.labels, at));
  }
  return tables;
}

Result<void> write_report_tables(const ReportSources& sources, const fs::path& folder,
                                 ReportOutcome& outcome) {
  if (!sources.evaluation) return {};
  std::error_code unlike;
  const bool beside =
      fs::equivalent(folder.empty() ? fs::path(".") : folder, sources.evaluation->path, unlike);
  const auto tables = report_tables(sources);
  for (const auto& [name, text] : tables) {
    if (beside && !name.starts_with("QC_metrics_")) continue;
    KARYO_CHECK_OK(write_file_atomically(folder / name, text));
    outcome.files.push_back(folder / name);
  }
  if (beside && !outcome.refused.empty()) {
    outcome.notes.push_back(
        "metrics.csv and metrics.json are the evaluation's own, with the refused "
        "images; write the report to another folder for tables without them");
  }
  if (!tables.back().first.starts_with("QC_metrics_")) {
    outcome.notes.push_back("no QC_metrics_" + sources.name +
                            ".csv: the notebooks' table is of IoU 0.5, which was not evaluated");
  }
  return {};
}

}  // namespace karyo
