#include "app/gui/report_commands.h"

#include <QFileDialog>
#include <algorithm>

#include "app/comparison.h"
#include "app/gui/main_window.h"
#include "app/gui/report_pdf.h"
#include "app/report/label_evaluation.h"
#include "app/report/make_report.h"
#include "app/report/restoration_evaluation.h"
#include "core/base/text.h"

namespace karyo::gui {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;
namespace fs = std::filesystem;

/// What is compared, as `karyoscope evaluate` takes it; none where there is no truth.
EvaluationPairs compared_files(const Comparison& comparison) {
  EvaluationPairs files;
  const bool truth =
      comparison.kind() == ComparedKind::kObjects || comparison.kind() == ComparedKind::kRestored;
  if (!truth) return files;
  for (const ComparedImage& image : comparison.images()) files.pairs.push_back(image.files);
  std::sort(files.pairs.begin(), files.pairs.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

Result<void> evaluate(const EvaluationPairs& files, ComparedKind kind, const fs::path& output,
                      TaskControl& control) {
  const auto told = [&](std::int64_t done, std::int64_t total, const std::string& name) {
    control.report(static_cast<double>(done) / static_cast<double>(total), "Judging " + name);
    return !control.cancelled();
  };
  if (kind == ComparedKind::kRestored) {
    KARYO_CHECK_OK(evaluate_restoration(files, output, true, told));
    return {};
  }
  LabelEvaluationOptions options;
  options.output = output;
  KARYO_TRY(options.iou_thresholds, parse_thresholds("0.5:0.95:0.05"));
  KARYO_CHECK_OK(evaluate_labels(options, files, told));
  return {};
}

Result<void> make(MainWindow& window, const json& given) {
  Workspace& workspace = window.workspace();
  const Comparison& comparison = window.comparison();
  ReportRequest request;
  request.model = given.value("model", comparison.model().string());
  request.output = given["output"].get<std::string>();
  request.title = given.value("title", "");
  request.write_pdf = write_report_pdf;
  if (request.model.empty()) {
    return Error(ErrorCode::kNotFound, "there is no model to report on",
                 "Judge a model on this folder first (Ctrl+Shift+J).");
  }
  workspace.in_background([&workspace, request, files = compared_files(comparison),
                           kind = comparison.kind()](
                              TaskControl& control) mutable -> Result<Workspace::Finish> {
    if (!files.pairs.empty()) {
      request.evaluation = request.model / "Quality Control" / "Evaluation";
      KARYO_CHECK_OK(evaluate(files, kind, request.evaluation, control));
    }
    control.report(1, "Writing the report");
    KARYO_TRY(const ReportOutcome outcome, make_report(request));
    return Workspace::Finish([&workspace, outcome] {
      workspace.done.emit("report in " + outcome.files.front().string());
      if (outcome.refused.empty()) return;
      workspace.failed.emit(Error(ErrorCode::kBadFile,
                                  "the model has learned from " + first_of(outcome.refused, 8) +
                                      ": the report leaves them out",
                                  "Judge the model by images that were kept apart."));
    });
  });
  return {};
}

void ask(MainWindow& window) {
  auto* dialog = new QFileDialog(&window, QObject::tr("Report on the model"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setNameFilters({QObject::tr("PDF (*.pdf)"), QObject::tr("Web page, one file (*.html)")});
  dialog->setDefaultSuffix(QStringLiteral("pdf"));
  QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
    dialog->setDefaultSuffix(filter.contains(QLatin1String("html")) ? QStringLiteral("html")
                                                                    : QStringLiteral("pdf"));
  });
  QObject::connect(dialog, &QFileDialog::fileSelected, &window, [&window](const QString& name) {
    window.run("report.make", {{"output", name.toStdString()}});
  });
  dialog->open();
}

}  // namespace

void add_report_commands(CommandTable& commands, MainWindow& window) {
  commands.add({"report.make",
                "",
                "",
                "",
                "Writes a report on the model that is judged.",
                [&window](const json& given) { return make(window, given); },
                [] { return true; },
                {},
                {{"output", Kind::kText, "NAME.html or NAME.pdf", true},
                 {"model", Kind::kText, "its folder; else the one that is judged"},
                 {"title", Kind::kText, "else the model's name"}}});
  Command command{
      "report.ask_make",
      "View",
      "Report on the model…",
      "",
      "Writes what a paper needs of the model: data, settings, curves, scores, pictures "
      "and a methods paragraph, as PDF or web page.",
      [&window](const json&) -> Result<void> {
        ask(window);
        return {};
      },
      [&window] { return !window.comparison().model().empty(); }};
  command.asks = true;
  commands.add(std::move(command));
}

}  // namespace karyo::gui
