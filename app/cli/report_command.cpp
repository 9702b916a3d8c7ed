#include "app/cli/commands.h"
#include "app/gui_library.h"
#include "app/report/make_report.h"

namespace karyo::cli {
namespace {

struct Options {
  std::string model, evaluation, output, package, title;
};

Result<void> run(const Options& options, Console& console) {
  ReportRequest request;
  request.model = options.model;
  request.evaluation = options.evaluation;
  request.output = options.output;
  request.package = options.package;
  request.title = options.title;
#ifdef KARYOSCOPE_WITH_GUI
  request.write_pdf = [](const Report& report, const std::filesystem::path& file) {
    GuiRequest pdf;
    pdf.report = &report;
    pdf.pdf = file;
    return run_gui(pdf);
  };
#endif
  KARYO_TRY(const ReportOutcome outcome, make_report(request));
  for (const std::string& warning : outcome.warnings) console.note("warning: " + warning);
  for (const std::string& note : outcome.notes) console.note("note: " + note);
  nlohmann::json files = nlohmann::json::array();
  for (const auto& file : outcome.files) files.push_back(file.string());
  console.result({{"report", options.output},
                  {"files", std::move(files)},
                  {"warnings", outcome.warnings},
                  {"refused", outcome.refused}});
  console.say("report in " + options.output);
  for (std::size_t i = 1; i < outcome.files.size(); ++i) {
    console.say("  " + outcome.files[i].string());
  }
  if (outcome.refused.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < outcome.refused.size() && i < 8; ++i) {
    names += (i > 0 ? ", " : "") + outcome.refused[i];
  }
  if (outcome.refused.size() > 8) {
    names += " and " + std::to_string(outcome.refused.size() - 8) + " more";
  }
  return Error(ErrorCode::kBadFile,
               counted(static_cast<std::int64_t>(outcome.refused.size()), "test image") +
                   " refused as quality control, since the model was trained or validated with "
                   "them: " +
                   names,
               "Evaluate on images that were kept apart. The report was written without these.");
}

}  // namespace

void add_report_command(Cli& cli) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      cli.add_command("report", "Write a report of a model and its evaluation for a paper",
                      [options](Console& console) { return run(*options, console); });
  command->add_option("--model", options->model, "Model folder")->required();
  command->add_option("--evaluation", options->evaluation,
                      "Folder that `evaluate` wrote for predictions of this model");
  command->add_option("--output", options->output, "Report to write: NAME.html or NAME.pdf")
      ->required();
  command->add_option(
      "--package", options->package,
      "Also pack model, evaluation and report for a colleague: a .zip, or a folder");
  command->add_option("--title", options->title, "Title instead of the model's name");
}

}  // namespace karyo::cli
