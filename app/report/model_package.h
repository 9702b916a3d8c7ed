#pragma once

/// Model, evaluation and report in one folder or archive, for a colleague's machine.

#include <filesystem>
#include <string>

#include "app/report/report_sources.h"
#include "core/base/result.h"

namespace karyo {

/// What lies in it, below a folder of the model's name:
///   README.md                how to read the report and to use the model, here and in Python
///   report.html, report.pdf  the one given as `report`; HTML is always there
///   config.json, weights, thresholds.json, settings.json, history.csv, threshold_search.csv,
///   karyoscope.json, data.json
///   before/                  config.json, weights and karyoscope.json of what restores images
///   first evaluation/              metrics.csv, metrics.json, dependence.csv, QC_metrics_NAME.csv,
///   overlays/
/// A checkpoint, which is only good for training on, stays behind; so do images and maps.
/// `to` is a zip archive where its name ends in .zip, else a folder that must not be there, or be
/// empty. `html`: the report as HTML. Errors: kNotFound (no weights), kInvalidArgument (`to`
/// exists), kIo. Atomic: all of it appears, or nothing.
Result<void> write_package(const ReportSources& sources, const std::string& html,
                           const std::filesystem::path& report, const std::filesystem::path& to);

}  // namespace karyo
