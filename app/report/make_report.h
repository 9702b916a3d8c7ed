#pragma once

/// `karyoscope report` as a function, for the command line and the window.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/report/report.h"
#include "app/report/report_sources.h"
#include "core/base/result.h"

namespace karyo {

/// Writes a report as PDF, atomically; only builds with the window have one (app/gui/report_pdf.h).
using PdfWriter = std::function<Result<void>(const Report&, const std::filesystem::path&)>;

struct ReportRequest {
  std::filesystem::path model;       ///< model folder
  std::filesystem::path evaluation;  ///< output folder of `evaluate`; may be empty
  std::filesystem::path output;      ///< .html or .pdf
  std::filesystem::path package;  ///< .zip or a folder to make, see model_package.h; may be empty
  std::string title;              ///< empty: "NAME: training and quality report"
  std::string date;               ///< UTC, as utc_now(); empty: now
  std::size_t figures = 3;        ///< images shown of the evaluation, at most 3
  PdfWriter write_pdf = {};       ///< absent: .pdf is refused
};

struct ReportOutcome {
  std::vector<std::filesystem::path> files;  ///< written, the report first
  std::vector<std::string> refused;          ///< test images seen in training
  std::vector<std::string> warnings;         ///< those of the report's warnings section
  std::vector<std::string> notes;            ///< what was not written, and why
};

/// The report alone; nothing is written. `date` as in the request.
Report compose_report(const ReportSources& sources, const std::string& title,
                      const std::string& date, std::size_t figures = 3);

/// Reads, composes, writes the report and beside it the tables (metrics.csv, metrics.json,
/// QC_metrics_NAME.csv) and, where asked for, the package. Test images that were trained on are no
/// error: they are left out of every number and named in `refused`.
/// Errors: kInvalidArgument (ending of `output`), kUnsupported (.pdf without a writer), those of
/// read_sources, kIo.
Result<ReportOutcome> make_report(const ReportRequest& request);

}  // namespace karyo
