#pragma once

/// The tables beside a report, for those who count on.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "app/report/make_report.h"

namespace karyo {

/// Name and content of metrics.csv, metrics.json, dependence.csv (where objects are known by
/// themselves) and QC_metrics_NAME.csv, without what is refused.
/// The last has the columns of ZeroCostDL4Mic's notebooks; StarDist's is of IoU 0.5, and left out
/// where that was not evaluated. Empty without an evaluation.
std::vector<std::pair<std::string, std::string>> report_tables(const ReportSources& sources);

/// Writes them into `folder`, but not over the evaluation's own where it lies there; adds to the
/// outcome's files and notes. Errors: kIo.
Result<void> write_report_tables(const ReportSources& sources, const std::filesystem::path& folder,
                                 ReportOutcome& outcome);

/// The StarDist notebooks' table: a row an image, at the threshold number `at`.
std::string notebook_csv(const LabelEvaluation& evaluation, std::size_t at);

}  // namespace karyo
