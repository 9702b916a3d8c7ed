#pragma once

/// The parts of a report about a model, each made from what was read. Threads: pure but for the
/// pictures, whose files are read.

#include "app/report/report.h"
#include "app/report/report_sources.h"

namespace karyo {

/// The most important numbers, and what is refused.
ReportSection brief_section(const ReportSources& sources);
/// What a reviewer would ask, most serious first.
ReportSection warnings_section(const ReportSources& sources);
/// Prose for a paper.
ReportSection methods_section(const ReportSources& sources);
/// Kind of network, its file, its shape.
ReportSection model_section(const ReportSources& sources);
/// Counts, sizes, spacing, fingerprint, an example.
ReportSection data_section(const ReportSources& sources);
/// Every setting beside its default.
ReportSection settings_section(const ReportSources& sources);
/// Versions, device, time, memory.
ReportSection run_section(const ReportSources& sources);
/// The curve and what it says.
ReportSection learning_section(const ReportSources& sources);
/// StarDist's: where they come from.
ReportSection thresholds_section(const ReportSources& sources);
/// Tables and figures of the evaluation. `figures`: at most this many images.
ReportSection quality_section(const ReportSources& sources, std::size_t figures);
ReportSection references_section(const ReportSources& sources);

/// "StarDist 2D", "CARE 3D", "Noise2Void 2D (N2V2)".
std::string method_name(const ReportSources& sources);
/// The citations that a text about this model needs; numbered in this order.
std::vector<std::string> references(const ReportSources& sources);

}  // namespace karyo
