#include <cstdio>

#include "app/cli/commands.h"
#include "app/report/label_evaluation.h"

namespace karyo::cli {
namespace {

struct Options {
  std::string truth, prediction, output, images;
  std::string iou = "0.5:0.95:0.05";
  bool allow_missing = false;
};

void say_table(Console& console, const std::vector<Matching>& pooled) {
  console.say(" IoU      TP     FP     FN  precision  recall     F1  accuracy  matched IoU     PQ");
  for (const Matching& m : pooled) {
    char line[160];
    std::snprintf(line, sizeof line, "%4s  %6lld %6lld %6lld      %.3f   %.3f  %.3f     %.3f        %.3f  %.3f",
                  threshold_text(m.threshold).c_str(), static_cast<long long>(m.true_positives),
                  static_cast<long long>(m.false_positives),
                  static_cast<long long>(m.false_negatives), m.precision, m.recall, m.f1,
                  m.accuracy, m.mean_matched_score, m.panoptic_quality);
    console.say(line);
  }
}

Result<void> evaluate(const Options& options, Console& console) {
  LabelEvaluationOptions wanted;
  wanted.truth = options.truth;
  wanted.prediction = options.prediction;
  wanted.output = options.output;
  wanted.images = options.images;
  wanted.allow_missing = options.allow_missing;
  KARYO_TRY(wanted.iou_thresholds, parse_thresholds(options.iou));
  KARYO_TRY(const EvaluationPairs files, pair_files(wanted));
  for (const std::string& warning : files.warnings) console.note("warning: " + warning);
  const auto on_image = [&](std::int64_t done, std::int64_t total, const std::string& name) {
    console.progress(name, done, total, {{"event", "file"}, {"name", name}, {"done", done},
                                         {"total", total}});
    return !interrupted();
  };
  KARYO_TRY(const LabelEvaluation evaluation, evaluate_labels(wanted, files, on_image));
  console.end_progress();
  console.say(std::to_string(evaluation.images.size()) +
              (evaluation.images.size() == 1 ? " image" : " images, pooled") + ":");
  say_table(console, evaluation.pooled);
  console.say("Tables and overlays are in " + options.output);
  console.result(evaluation.pooled_table());
  return {};
}

}  // namespace

void add_evaluate_command(Cli& cli) {
  CLI::App* evaluate_app = cli.app().add_subcommand("evaluate", "Judge results against the truth");
  evaluate_app->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  CLI::App* labels = cli.add_command(
      "labels", "Compare predicted label images with true ones, object by object",
      [options](Console& console) { return evaluate(*options, console); }, evaluate_app);
  labels->add_option("--truth", options->truth, "Folder of true label images, or one file")
      ->required();
  labels->add_option("--pred", options->prediction,
                     "Folder of predicted label images of the same names, or one file")
      ->required();
  labels->add_option("--output", options->output,
                     "Folder for metrics.csv, metrics.json and overlays/")
      ->required();
  labels->add_option("--iou", options->iou,
                     "Overlaps (IoU) from which a match counts: one, several with commas, or "
                     "first:last:step");
  labels->add_option("--images", options->images, "Folder of images to draw beneath the overlays");
  labels->add_flag("--allow-missing", options->allow_missing,
                   "Leave images without prediction out of the scores");
}

}  // namespace karyo::cli
