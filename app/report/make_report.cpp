#include "app/report/make_report.h"

#include "app/report/html_writer.h"
#include "app/report/model_package.h"
#include "app/report/report_sections.h"
#include "app/report/report_tables.h"
#include "app/report/report_text.h"
#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/base/utc.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

enum class Form { kHtml, kPdf };

Result<Form> form_of(const ReportRequest& request) {
  const std::string ending = lower_ascii(request.output.extension().string());
  if (ending == ".html" || ending == ".htm") return Form::kHtml;
  if (ending != ".pdf") {
    return Error(ErrorCode::kInvalidArgument,
                 request.output.string() + " ends neither in .html nor in .pdf",
                 "Name the report's file NAME.html or NAME.pdf.");
  }
  if (!request.write_pdf) {
    return Error(ErrorCode::kUnsupported,
                 "this build of Karyoscope has no window and cannot write PDF",
                 "Make .html, and print it to PDF in a browser.");
  }
  return Form::kPdf;
}

/// The texts of the section that a reader has to know.
std::vector<std::string> warnings_of(const ReportSources& sources) {
  std::vector<std::string> texts;
  const ReportSection section = warnings_section(sources);
  for (const ReportBlock& block : section.blocks) {
    const auto* text = std::get_if<ReportText>(&block);
    if (text != nullptr && text->tone != Tone::kGood) texts.push_back(text->text);
  }
  return texts;
}

}  // namespace

Report compose_report(const ReportSources& sources, const std::string& title,
                      const std::string& date, std::size_t figures) {
  Report report;
  report.title = title.empty() ? sources.name + ": training and quality report" : title;
  report.subtitle = method_name(sources) + " model “" + sources.name + "”";
  report.date = date_text(date.empty() ? utc_now() : date);
  report.program = std::string("Karyoscope ") + KARYOSCOPE_VERSION;
  report.sections.push_back(brief_section(sources));
  report.sections.push_back(warnings_section(sources));
  report.sections.push_back(methods_section(sources));
  report.sections.push_back(quality_section(sources, figures));
  report.sections.push_back(learning_section(sources));
  if (sources.model.kind == ModelKind::kStarDist) {
    report.sections.push_back(thresholds_section(sources));
  }
  report.sections.push_back(data_section(sources));
  report.sections.push_back(model_section(sources));
  report.sections.push_back(run_section(sources));
  report.sections.push_back(settings_section(sources));
  report.sections.push_back(references_section(sources));
  return report;
}

Result<ReportOutcome> make_report(const ReportRequest& request) {
  KARYO_TRY(const Form form, form_of(request));
  KARYO_TRY(const ReportSources sources, read_sources(request.model, request.evaluation));
  const Report report = compose_report(sources, request.title, request.date, request.figures);
  ReportOutcome outcome;
  for (const SeenTest& test : sources.seen) {
    if (test.refused) outcome.refused.push_back(test.name);
  }
  outcome.warnings = warnings_of(sources);
  if (form == Form::kPdf) {
    KARYO_CHECK_OK(request.write_pdf(report, request.output));
  } else {
    KARYO_CHECK_OK(write_file_atomically(request.output, to_html(report)));
  }
  outcome.files.push_back(request.output);
  KARYO_CHECK_OK(write_report_tables(sources, request.output.parent_path(), outcome));
  if (!request.package.empty()) {
    KARYO_CHECK_OK(write_package(sources, to_html(report), request.output, request.package));
    outcome.files.push_back(request.package);
  }
  return outcome;
}

}  // namespace karyo
