#include "app/report/label_evaluation.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "app/report/evaluation_record.h"
#include "app/report/number_text.h"
#include "app/report/object_tables.h"
#include "app/report/overlay.h"
#include "core/base/atomic_file.h"
#include "core/base/task.h"
#include "core/base/text.h"
#include "core/dataset/class_table.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json to_json(const Matching& m) {
  return {{"tp", m.true_positives},
          {"fp", m.false_positives},
          {"fn", m.false_negatives},
          {"n_true", m.n_true},
          {"n_pred", m.n_pred},
          {"n_ignored", m.n_ignored},
          {"precision", m.precision},
          {"recall", m.recall},
          {"f1", m.f1},
          {"accuracy", m.accuracy},
          {"mean_matched_score", m.mean_matched_score},
          {"mean_true_score", m.mean_true_score},
          {"panoptic_quality", m.panoptic_quality}};
}

json table_of(const std::vector<Matching>& by_threshold) {
  json table = json::object();
  for (const Matching& m : by_threshold) table[threshold_text(m.threshold)] = to_json(m);
  return table;
}

std::string csv_row(const std::string& name, const Matching& m) {
  std::string row = csv_field(name) + "," + threshold_text(m.threshold);
  for (const auto count :
       {m.true_positives, m.false_positives, m.false_negatives, m.n_true, m.n_pred}) {
    row += "," + std::to_string(count);
  }
  for (const double score : {m.precision, m.recall, m.f1, m.accuracy, m.mean_matched_score,
                             m.mean_true_score, m.panoptic_quality}) {
    row += "," + fixed_text(score, 6);
  }
  return row + "," + std::to_string(m.n_ignored) + "\n";
}

}  // namespace

std::string metrics_csv(const LabelEvaluation& evaluation) {
  std::string csv =
      "image,iou,tp,fp,fn,n_true,n_pred,precision,recall,f1,accuracy,mean_matched_score,"
      "mean_true_score,panoptic_quality,n_ignored\n";
  for (const ImageScores& image : evaluation.images) {
    for (const Matching& m : image.by_threshold) csv += csv_row(image.name, m);
  }
  for (const Matching& m : evaluation.pooled) csv += csv_row("(all images)", m);
  return csv;
}

json metrics_json(const LabelEvaluation& evaluation) {
  json document = evaluation.pooled_table();
  json images = json::array();
  for (const ImageScores& image : evaluation.images) {
    images.push_back({{"name", image.name},
                      {"foreground_iou", image.foreground_iou},
                      {"scores", table_of(image.by_threshold)}});
  }
  std::vector<Matching> means;
  for (std::size_t k = 0; k < evaluation.pooled.size(); ++k) {
    std::vector<Matching> at_threshold;
    for (const ImageScores& image : evaluation.images) at_threshold.push_back(image.by_threshold[k]);
    means.push_back(average(at_threshold));
  }
  for (const auto& [name, scores] : evaluation.by_class) {
    document["classes"][name] = table_of(scores);
  }
  document["images"] = std::move(images);
  const json dependence = dependence_json(evaluation);
  if (!dependence["by_size"].empty()) document["dependence"] = dependence;
  document["mean_over_images"] = table_of(means);
  return document;
}

std::size_t main_threshold(const std::vector<Matching>& by_threshold) {
  std::size_t best = 0;
  for (std::size_t k = 1; k < by_threshold.size(); ++k) {
    if (std::fabs(by_threshold[k].threshold - kJudgedIou) <
        std::fabs(by_threshold[best].threshold - kJudgedIou)) {
      best = k;
    }
  }
  return best;
}

void pool_images(LabelEvaluation& evaluation) {
  evaluation.pooled.clear();
  const std::size_t thresholds =
      evaluation.images.empty() ? 0 : evaluation.images.front().by_threshold.size();
  for (std::size_t k = 0; k < thresholds; ++k) {
    std::vector<Matching> at_threshold;
    for (const ImageScores& image : evaluation.images)
      at_threshold.push_back(image.by_threshold[k]);
    evaluation.pooled.push_back(pool(at_threshold));
  }
}

namespace {

/// A movie's frames become slices, one after another, with numbers of their own in each: objects
/// meet within their frame alone, and the counts are the sums over the frames.
Result<LabelArray> read_frames(const std::filesystem::path& path, std::int64_t& frames) {
  KARYO_TRY(const Volume volume, read_image(path));
  frames = volume.shape().t;
  const Index3 shape = volume.shape().zyx();
  LabelArray all({frames * shape.z, shape.y, shape.x});
  std::uint64_t taken = 0;
  for (std::int64_t t = 0; t < frames; ++t) {
    auto labels = to_labels(volume, t);
    if (!labels) return labels.error().in(path.string());
    if (frames == 1) return labels;
    std::uint64_t highest = 0;
    for (const std::uint32_t id : *labels) {
      if (id > highest && id != kIgnoredLabel) highest = id;
    }
    if (taken + highest >= kIgnoredLabel) {
      return Error(ErrorCode::kTooLarge, path.string() + ": the labels of its frames are too high",
                   "Number the objects of each frame from 1.");
    }
    std::transform(labels->begin(), labels->end(), &all(t * shape.z, 0, 0), [&](std::uint32_t id) {
      return id == 0 || id == kIgnoredLabel ? id : id + static_cast<std::uint32_t>(taken);
    });
    taken += highest;
  }
  return all;
}

/// The objects of one class, without the others; `ignored` takes the place of those of none.
LabelArray only_class(const LabelArray& labels, const ClassTable& classes, const std::string& name,
                      std::uint32_t ignored) {
  LabelArray only = labels;
  for (std::uint32_t& id : only) {
    if (id == 0 || id == kIgnoredLabel) continue;
    const auto known = classes.find(id);
    if (known == classes.end()) {
      id = ignored;
    } else if (known->second != name) {
      id = 0;
    }
  }
  return only;
}

Result<ClassScores> evaluate_classes(const EvaluationPair& pair, const LabelArray& truth,
                                     const LabelArray& prediction,
                                     const std::vector<double>& thresholds) {
  const auto true_file = class_table_of(pair.truth), seen_file = class_table_of(pair.prediction);
  ClassScores scores;
  if (true_file.empty() || seen_file.empty()) return scores;
  KARYO_TRY(const ClassTable true_classes, read_class_table(true_file));
  KARYO_TRY(const ClassTable seen_classes, read_class_table(seen_file));
  std::set<std::string> names;
  for (const auto* table : {&true_classes, &seen_classes}) {
    for (const auto& [label, name] : *table) names.insert(name);
  }
  for (const auto& name : names) {
    const auto true_ones = only_class(truth, true_classes, name, kIgnoredLabel);
    const auto seen_ones = only_class(prediction, seen_classes, name, 0);
    KARYO_TRY(const auto overlaps, find_overlaps(true_ones.view(), seen_ones.view()));
    for (const double threshold : thresholds) {
      scores[name].push_back(match_objects(overlaps, threshold));
    }
  }
  return scores;
}

/// Of all images, class by class.
ClassScores pooled_classes(const std::vector<ImageScores>& images) {
  std::map<std::string, std::vector<std::vector<Matching>>> by_threshold;
  for (const ImageScores& image : images) {
    for (const auto& [name, scores] : image.by_class) {
      auto& all = by_threshold[name];
      all.resize(scores.size());
      for (std::size_t k = 0; k < scores.size(); ++k) all[k].push_back(scores[k]);
    }
  }
  ClassScores pooled;
  for (const auto& [name, all] : by_threshold) {
    for (const auto& at_threshold : all) pooled[name].push_back(pool(at_threshold));
  }
  return pooled;
}

/// Of foreground and background alone; what the truth ignores does not count.
double foreground_iou(const LabelArray& truth, const LabelArray& prediction) {
  std::int64_t both = 0, either = 0;
  auto predicted = prediction.begin();
  for (const std::uint32_t known : truth) {
    const std::uint32_t seen = *predicted++;
    if (known == kIgnoredLabel) continue;
    const bool found = seen != 0 && seen != kIgnoredLabel;
    both += known != 0 && found;
    either += known != 0 || found;
  }
  return either == 0 ? 1 : static_cast<double>(both) / static_cast<double>(either);
}

Result<ImageScores> evaluate_pair(const LabelEvaluationOptions& options,
                                  const EvaluationPair& pair) {
  std::int64_t frames = 1, predicted_frames = 1;
  KARYO_TRY(const LabelArray truth, read_frames(pair.truth, frames));
  KARYO_TRY(const LabelArray prediction, read_frames(pair.prediction, predicted_frames));
  if (frames != predicted_frames) {
    return Error(ErrorCode::kBadFile,
                 pair.name + ": the truth has " + std::to_string(frames) +
                     " time points, the prediction " + std::to_string(predicted_frames),
                 "Save both with the same axes (karyoscope convert --axes TYX or ZYX).");
  }
  const auto overlaps = find_overlaps(truth.view(), prediction.view());
  if (!overlaps) {  // of the files, not of the command line
    Error error = overlaps.error().in(pair.name);
    error.code = ErrorCode::kBadFile;
    return error;
  }
  ImageScores scores{pair.name, {}};
  for (const double threshold : options.iou_thresholds) {
    scores.by_threshold.push_back(match_objects(*overlaps, threshold));
  }
  scores.foreground_iou = foreground_iou(truth, prediction);
  if (frames == 1) {
    KARYO_TRY(scores.by_class, evaluate_classes(pair, truth, prediction, options.iou_thresholds));
  }
  if (truth.count() == 0) return scores;

  Volume image;
  if (!pair.image.empty()) {
    KARYO_TRY(image, read_image(pair.image));
  }
  const std::size_t drawn = main_threshold(scores.by_threshold);
  const double threshold = options.iou_thresholds[drawn];
  const auto intensities = pair.image.empty() ? std::vector<double>()
                                              : object_intensities(*overlaps, truth.view(), image);
  scores.truths = judged_truths(*overlaps, judge_objects(*overlaps, threshold), intensities);
  const bool with_image = !pair.image.empty() && frames == 1;
  std::vector<ObjectOverlap> matched;
  match_objects(*overlaps, threshold, &matched);
  const OverlayInput input{truth.view(), prediction.view(), &*overlaps, &matched,
                           with_image ? &image : nullptr};
  KARYO_CHECK_OK(write_png(options.output / "overlays" / (pair.name + ".png"),
                           draw_overlay(input, scores.by_threshold[drawn])));
  return scores;
}

}  // namespace

json LabelEvaluation::pooled_table() const { return table_of(pooled); }

Result<LabelEvaluation> evaluate_labels(
    const LabelEvaluationOptions& options, const EvaluationPairs& files,
    const std::function<bool(std::int64_t, std::int64_t, const std::string&)>& on_image) {
  LabelEvaluation evaluation;
  const auto total = static_cast<std::int64_t>(files.pairs.size());
  for (const EvaluationPair& pair : files.pairs) {
    KARYO_TRY(auto scores, evaluate_pair(options, pair));
    evaluation.images.push_back(std::move(scores));
    const auto done = static_cast<std::int64_t>(evaluation.images.size());
    if (on_image && !on_image(done, total, pair.name)) {
      return cancelled_error("comparing label images");
    }
  }
  pool_images(evaluation);
  evaluation.by_class = pooled_classes(evaluation.images);
  KARYO_CHECK_OK(write_file_atomically(options.output / "metrics.csv", metrics_csv(evaluation)));
  KARYO_CHECK_OK(write_file_atomically(
      options.output / "metrics.json",
      metrics_json(evaluation).dump(2, ' ', false, json::error_handler_t::replace) + "\n"));
  KARYO_CHECK_OK(write_file_atomically(options.output / "objects.csv", objects_csv(evaluation)));
  KARYO_CHECK_OK(
      write_file_atomically(options.output / "dependence.csv", dependence_csv(evaluation)));
  KARYO_CHECK_OK(write_evaluation_record(options.output, record_of("labels", files)));
  return evaluation;
}

std::string threshold_text(double threshold) {
  return general_text(threshold);
}

Result<std::vector<double>> parse_thresholds(const std::string& text) {
  const Error wrong(ErrorCode::kInvalidArgument,
                    "\"" + text + "\" is not a list of IoU thresholds above 0 and up to 1",
                    "Write one (0.5), several (0.5,0.75) or first:last:step (0.5:0.95:0.05).");
  std::vector<double> numbers;
  const char separator = text.find(':') != std::string::npos ? ':' : ',';
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    const std::string part = text.substr(at, end - at);
    char* rest = nullptr;
    const double number = std::strtod(part.c_str(), &rest);
    if (part.empty() || *rest != '\0' || !std::isfinite(number)) return wrong;
    numbers.push_back(number);
    at = end + 1;
  }
  std::vector<double> thresholds = numbers;
  if (separator == ':') {
    constexpr double kSmallestStep = 1e-3;
    if (numbers.size() != 3 || numbers[2] < kSmallestStep || numbers[1] < numbers[0]) return wrong;
    thresholds.clear();
    for (int k = 0; numbers[0] + k * numbers[2] <= numbers[1] + 1e-9; ++k) {
      // To the nearest decimal, so that 0.5 + 2 * 0.05 is the 0.6 a person means.
      thresholds.push_back(std::round((numbers[0] + k * numbers[2]) * 1e6) / 1e6);
      if (thresholds.back() > 1) return wrong;
    }
  }
  std::sort(thresholds.begin(), thresholds.end());
  thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
  if (thresholds.front() <= 0 || thresholds.back() > 1) return wrong;
  return thresholds;
}

}  // namespace karyo
