// What the evaluation found: tables, medians, figures.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/report/dependence_figure.h"
#include "app/report/label_figures.h"
#include "app/report/report_sections.h"
#include "app/report/report_text.h"
#include "app/report/restoration_figures.h"

namespace karyo {
namespace {

/// Places of the images from the worst to the best by `score`.
std::vector<std::size_t> worst_first(const std::vector<double>& scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  return order;
}

struct Chosen {
  std::size_t place;
  std::string why;
};

/// The worst, one in the middle and the best; fewer where there are fewer.
std::vector<Chosen> examples(const std::vector<std::size_t>& order, std::size_t most) {
  const std::size_t count = order.size();
  if (count == 0 || most == 0) return {};
  if (count == 1) return {{order[0], "the only image"}};
  std::vector<Chosen> chosen{{order.front(), "the worst image"}};
  if (most > 2 && count > 2) chosen.push_back({order[count / 2], "a typical image"});
  if (most > 1) chosen.push_back({order.back(), "the best image"});
  return chosen;
}

template <typename Draw>
void add_figures(ReportSection& section, const EvaluationFolder& evaluation,
                 const std::vector<Chosen>& chosen, const std::vector<std::string>& names,
                 Draw&& draw) {
  std::vector<std::string> missing;
  for (const Chosen& example : chosen) {
    const EvaluatedFile* file = evaluation.file(names[example.place]);
    if (file == nullptr) {
      missing.push_back(names[example.place] + " (the evaluation does not say where it lies)");
      continue;
    }
    auto figure = draw(*file, example.place);
    if (!figure) {
      missing.push_back(figure.error().what);
      continue;
    }
    figure->caption = "Shown is " + example.why + ", " + figure->caption;
    section.blocks.emplace_back(*std::move(figure));
  }
  if (missing.empty()) return;
  section.blocks.emplace_back(
      ReportText{"Not every example can be shown: " + listed(missing) +
                     ". Evaluate again where the images are, and make the report there.",
                 Tone::kWarning});
}

ReportTable scores_table(const std::string& caption, const std::vector<Matching>& by_threshold) {
  ReportTable table{caption,
                    {"IoU", "Matched", "Extra", "Missed", "Precision", "Recall", "F1", "Accuracy",
                     "Matched IoU", "PQ"},
                    {},
                    std::vector<bool>(10, true)};
  for (const Matching& m : by_threshold) {
    table.rows.push_back(
        {threshold_text(m.threshold), grouped(m.true_positives), grouped(m.false_positives),
         grouped(m.false_negatives), fixed(m.precision, 3), fixed(m.recall, 3), fixed(m.f1, 3),
         fixed(m.accuracy, 3), fixed(m.mean_matched_score, 3), fixed(m.panoptic_quality, 3)});
  }
  table.emphasized.push_back(main_threshold(by_threshold));
  return table;
}

void label_quality(ReportSection& section, const EvaluationFolder& evaluation,
                   std::size_t figures) {
  const LabelEvaluation& labels = evaluation.labels;
  const std::size_t at = main_threshold(labels.pooled);
  const double threshold = labels.pooled[at].threshold;
  section.blocks.emplace_back(ReportText{
      "Predicted and true objects are paired one to one by their overlap (IoU, intersection over "
      "union). Accuracy is TP / (TP + FP + FN), which the field also calls average precision; PQ "
      "is "
      "panoptic quality."});
  section.blocks.emplace_back(scores_table(
      "All " + how_many(static_cast<std::int64_t>(labels.images.size()), "test image") +
          " together",
      labels.pooled));
  if (labels.pooled.size() > 1) section.blocks.emplace_back(threshold_figure(labels.pooled));
  for (const auto& [name, scores] : labels.by_class) {
    section.blocks.emplace_back(scores_table("Objects of class " + name, scores));
  }
  add_dependence(section, labels);

  ReportTable table{
      "Each test image at IoU " + threshold_text(threshold) + ", worst first",
      {"Image", "True", "Found", "Matched", "Precision", "Recall", "F1", "Accuracy", "Pixel IoU"},
      {},
      {false, true, true, true, true, true, true, true, true}};
  std::vector<double> accuracy;
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns(5);
  for (const ImageScores& image : labels.images) {
    const Matching& m = image.by_threshold[at];
    accuracy.push_back(m.accuracy);
    names.push_back(image.name);
    const double values[] = {m.precision, m.recall, m.f1, m.accuracy, image.foreground_iou};
    for (std::size_t c = 0; c < 5; ++c) columns[c].push_back(values[c]);
  }
  const auto order = worst_first(accuracy);
  for (const std::size_t i : order) {
    const Matching& m = labels.images[i].by_threshold[at];
    table.rows.push_back({names[i], grouped(m.n_true), grouped(m.n_pred), grouped(m.true_positives),
                          fixed(m.precision, 3), fixed(m.recall, 3), fixed(m.f1, 3),
                          fixed(m.accuracy, 3), fixed(labels.images[i].foreground_iou, 3)});
  }
  std::vector<std::string> medians{"Median", "", "", ""};
  for (const auto& column : columns) medians.push_back(fixed(median(column), 3));
  table.emphasized.push_back(table.rows.size());
  table.rows.push_back(std::move(medians));
  section.blocks.emplace_back(std::move(table));
  add_figures(section, evaluation, examples(order, figures), names,
              [&](const EvaluatedFile& file, std::size_t place) {
                return label_figure(file, labels.images[place], threshold);
              });
}

void restoration_quality(ReportSection& section, const EvaluationFolder& evaluation,
                         std::size_t figures) {
  const RestorationEvaluation& restored = evaluation.restored;
  section.blocks.emplace_back(ReportText{
      "Prediction and source are each compared with the truth after both were brought to one "
      "scale: "
      "the truth's percentiles 0.1 and 99.9 lie 1 apart, the other image is scaled to come "
      "nearest. "
      "SSIM: 1 where structure, contrast and brightness are alike. NRMSE: root of the mean squared "
      "error, 0 where alike. “NRMSE (notebook)” is what ZeroCostDL4Mic's notebooks print under "
      "that "
      "name, the root of the mean absolute error. PSNR: higher is better. Stacks are judged plane "
      "by "
      "plane."});
  ReportTable table{"Each test image, worst first (“before” is the source, “after” the prediction)",
                    {"Image", "SSIM before", "after", "NRMSE before", "after",
                     "NRMSE (notebook) before", "after", "PSNR before, dB", "after"},
                    {},
                    {false, true, true, true, true, true, true, true, true}};
  const auto values = [](const AgainstTruth& s) {
    return std::vector<double>{
        s.source.ssim,           s.prediction.ssim,           s.source.nrmse, s.prediction.nrmse,
        s.source.nrmse_notebook, s.prediction.nrmse_notebook, s.source.psnr,  s.prediction.psnr};
  };
  const auto row = [](const std::string& name, const std::vector<double>& numbers) {
    std::vector<std::string> cells{name};
    for (std::size_t i = 0; i < numbers.size(); ++i)
      cells.push_back(fixed(numbers[i], i < 6 ? 3 : 2));
    return cells;
  };
  std::vector<double> ssim;
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns(8);
  for (const RestoredImageScores& image : restored.images) {
    ssim.push_back(image.mean.prediction.ssim);
    names.push_back(image.name);
    const auto numbers = values(image.mean);
    for (std::size_t c = 0; c < 8; ++c) columns[c].push_back(numbers[c]);
  }
  const auto order = worst_first(ssim);
  for (const std::size_t i : order) {
    table.rows.push_back(row(names[i], values(restored.images[i].mean)));
  }
  std::vector<double> medians;
  for (const auto& column : columns) medians.push_back(median(column));
  table.emphasized = {table.rows.size(), table.rows.size() + 1};
  table.rows.push_back(row("Median", medians));
  table.rows.push_back(row("Mean", values(restored.mean)));
  section.blocks.emplace_back(std::move(table));
  add_figures(section, evaluation, examples(order, figures), names,
              [&](const EvaluatedFile& file, std::size_t place) {
                return restoration_figure(file, restored.images[place]);
              });
}

}  // namespace

ReportSection quality_section(const ReportSources& sources, std::size_t figures) {
  ReportSection section{"Quality control"};
  std::vector<std::string> refused;
  for (const SeenTest& test : sources.seen) {
    if (test.refused) refused.push_back(test.name);
  }
  if (!refused.empty()) {
    ReportTable table{"Images left out of the quality control",
                      {"Test image", "Is in the training as", "Used for"},
                      {},
                      {false, false, false}};
    for (const SeenTest& test : sources.seen) {
      if (test.refused) table.rows.push_back({test.name, test.trained_as, name_of(test.role)});
    }
    section.blocks.emplace_back(ReportText{
        how_many(static_cast<std::int64_t>(refused.size()), "test image") +
            (refused.size() == 1 ? " is" : " are") +
            " among the images that the model was trained or validated with. What a model does on "
            "them says nothing of new images, so " +
            (refused.size() == 1 ? "it is" : "they are") + " in none of the numbers below.",
        Tone::kRefused});
    section.blocks.emplace_back(std::move(table));
  }
  if (!sources.evaluation) {
    section.blocks.emplace_back(
        sources.all_refused
            ? ReportText{"No image is left to judge the model by. Evaluate it on images that were "
                         "kept apart.",
                         Tone::kRefused}
            : ReportText{"The model was not evaluated: no statement about its quality can be made. "
                         "Predict images with known truth, run karyoscope evaluate, and give its "
                         "folder to --evaluation.",
                         Tone::kWarning});
    return section;
  }
  if (sources.evaluation->restoration) {
    restoration_quality(section, *sources.evaluation, figures);
  } else {
    label_quality(section, *sources.evaluation, figures);
  }
  return section;
}

}  // namespace karyo
