#include <algorithm>
#include <cstdio>

#include "app/cli/commands.h"
#include "app/report/label_evaluation.h"
#include "app/report/object_tables.h"
#include "app/report/restoration_evaluation.h"

namespace karyo::cli {
namespace {

struct Options {
  std::string truth, prediction, output, images;
  std::string iou = "0.5:0.95:0.05";
  bool allow_missing = false, maps = true, dependence = false;
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

/// How many were found of each part of the true objects.
void say_dependence(Console& console, const nlohmann::json& parts, const std::string& trait) {
  if (parts.empty()) {
    console.say("Too few true objects of known " + trait + " to part them.");
    return;
  }
  console.say("True objects by " + trait + ":");
  console.say("      from         to  objects   found  found share  mean IoU");
  for (const auto& part : parts) {
    char line[120];
    std::snprintf(line, sizeof line, "%10.6g %10.6g  %7lld %7lld        %.3f     %.3f",
                  part["least"].get<double>(), part["most"].get<double>(),
                  static_cast<long long>(part["objects"].get<std::int64_t>()),
                  static_cast<long long>(part["found"].get<std::int64_t>()),
                  part["found_share"].get<double>(), part["mean_iou"].get<double>());
    console.say(line);
  }
}

PairOptions pairing(const Options& options) {
  return {options.truth, options.prediction, options.images, options.allow_missing};
}

/// The progress of judging image after image; false when Ctrl-C was pressed.
std::function<bool(std::int64_t, std::int64_t, const std::string&)> told_to(Console& console) {
  return [&console](std::int64_t done, std::int64_t total, const std::string& name) {
    console.progress(name, done, total,
                     {{"event", "file"}, {"name", name}, {"done", done}, {"total", total}});
    return !interrupted();
  };
}

std::string images_counted(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " image" : " images");
}

Result<void> evaluate_labels_command(const Options& options, Console& console) {
  LabelEvaluationOptions wanted;
  wanted.output = options.output;
  KARYO_TRY(wanted.iou_thresholds, parse_thresholds(options.iou));
  KARYO_TRY(const EvaluationPairs files, pair_files(pairing(options)));
  for (const std::string& warning : files.warnings) console.note("warning: " + warning);
  KARYO_TRY(const LabelEvaluation evaluation, evaluate_labels(wanted, files, told_to(console)));
  console.end_progress();
  console.say(images_counted(evaluation.images.size()) + ", pooled:");
  say_table(console, evaluation.pooled);
  for (const auto& [name, scores] : evaluation.by_class) {
    console.say("class " + name + ":");
    say_table(console, scores);
  }
  const bool any_ignored = std::any_of(evaluation.pooled.begin(), evaluation.pooled.end(),
                                       [](const Matching& m) { return m.n_ignored > 0; });
  if (any_ignored) {
    console.say("Left out, since they match nothing and lie mainly in ignored parts: " +
                std::to_string(evaluation.pooled.front().n_ignored) +
                " predicted objects (at IoU " +
                threshold_text(evaluation.pooled.front().threshold) + ")");
  }
  nlohmann::json result = evaluation.pooled_table();
  if (options.dependence) {
    const nlohmann::json dependence = dependence_json(evaluation);
    say_dependence(console, dependence["by_size"], "size, voxels");
    say_dependence(console, dependence["by_intensity"], "mean intensity");
    result["dependence"] = dependence;
  }
  console.say("Tables and overlays are in " + options.output);
  console.result(result);
  return {};
}

void say_scores(Console& console, const char* name, double prediction, double source) {
  char line[120];
  std::snprintf(line, sizeof line, "%-34s %10.4f %10.4f", name, prediction, source);
  console.say(line);
}

Result<void> evaluate_restoration_command(const Options& options, Console& console) {
  PairOptions pairs = pairing(options);
  pairs.truth_part = "high";
  pairs.images_part = "low";
  KARYO_TRY(const EvaluationPairs files, pair_files(pairs));
  for (const std::string& warning : files.warnings) console.note("warning: " + warning);
  KARYO_TRY(const RestorationEvaluation evaluation,
            evaluate_restoration(files, options.output, options.maps, told_to(console)));
  console.end_progress();
  const RestorationScores& prediction = evaluation.mean.prediction;
  const RestorationScores& source = evaluation.mean.source;
  console.say(images_counted(evaluation.images.size()) + ", mean of each image's planes:");
  console.say("                                   prediction     source");
  say_scores(console, "SSIM (1: alike)", prediction.ssim, source.ssim);
  say_scores(console, "NRMSE (0: alike)", prediction.nrmse, source.nrmse);
  say_scores(console, "NRMSE as ZeroCostDL4Mic has it", prediction.nrmse_notebook,
             source.nrmse_notebook);
  say_scores(console, "PSNR, dB", prediction.psnr, source.psnr);
  console.say("Tables" + std::string(options.maps ? " and maps" : "") + " are in " +
              options.output);
  console.result(evaluation.table());
  return {};
}

}  // namespace

void add_evaluate_command(Cli& cli) {
  CLI::App* evaluate_app = cli.app().add_subcommand("evaluate", "Judge results against the truth");
  evaluate_app->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  CLI::App* labels = cli.add_command(
      "labels", "Compare predicted label images with true ones, object by object",
      [options](Console& console) { return evaluate_labels_command(*options, console); },
      evaluate_app);
  labels->add_option("--truth", options->truth, "Folder of true label images, or one file")
      ->required();
  labels->add_option("--pred", options->prediction,
                     "Folder of predicted label images of the same names, or one file")
      ->required();
  labels
      ->add_option("--output", options->output,
                   "Folder for metrics.csv, metrics.json, tables of objects, and overlays/")
      ->required();
  labels->add_option("--iou", options->iou,
                     "Overlaps (IoU) from which a match counts: one, several with commas, or "
                     "first:last:step");
  labels->add_option("--images", options->images, "Folder of images to draw beneath the overlays");
  labels->add_flag("--allow-missing", options->allow_missing,
                   "Leave images without prediction out of the scores");
  labels->add_flag("--dependence", options->dependence,
                   "Also say how many objects of each size and brightness were found "
                   "(dependence.csv has it in any case), in --json as \"dependence\"");
  CLI::App* restoration = cli.add_command(
      "restoration", "Compare restored images, and what they were made of, with clean ones",
      [options](Console& console) { return evaluate_restoration_command(*options, console); },
      evaluate_app);
  restoration->add_option("--truth", options->truth, "Folder of clean images, or one file")
      ->required();
  restoration
      ->add_option("--source", options->images,
                   "Folder of noisy images of the same names, or one file")
      ->required();
  restoration
      ->add_option("--pred", options->prediction,
                   "Folder of restored images of the same names, or one file")
      ->required();
  restoration->add_option("--output", options->output, "Folder for tables and maps")->required();
  restoration->add_flag("!--no-maps", options->maps,
                        "Leave out the SSIM and error maps (float32 TIFF)");
  restoration->add_flag("--allow-missing", options->allow_missing,
                        "Leave images without prediction out of the scores");
}

}  // namespace karyo::cli
