#include "app/report/evaluation_folder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "app/report/object_tables.h"
#include "core/base/atomic_file.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{256} << 20;

double number(const json& object, const char* key, double standard = 0) {
  if (!object.is_object()) return standard;
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : standard;
}

std::int64_t count(const json& object, const char* key) {
  return std::llround(std::clamp(number(object, key), 0.0, 1e15));
}

Matching matching_from(double threshold, const json& object) {
  Matching m;
  m.threshold = threshold;
  m.true_positives = count(object, "tp");
  m.false_positives = count(object, "fp");
  m.false_negatives = count(object, "fn");
  m.n_true = count(object, "n_true");
  m.n_pred = count(object, "n_pred");
  m.n_ignored = count(object, "n_ignored");
  m.precision = number(object, "precision");
  m.recall = number(object, "recall");
  m.accuracy = number(object, "accuracy");
  m.f1 = number(object, "f1");
  m.mean_true_score = number(object, "mean_true_score");
  m.mean_matched_score = number(object, "mean_matched_score");
  m.panoptic_quality = number(object, "panoptic_quality");
  // The file has the mean; pooling wants the sum it was made of.
  m.matched_score_sum = m.mean_matched_score * static_cast<double>(m.true_positives);
  return m;
}

/// {"0.5": {...}, ...} by ascending threshold; what is no threshold is passed over.
std::vector<Matching> matchings_from(const json& table) {
  std::vector<Matching> all;
  if (!table.is_object()) return all;
  for (const auto& [key, scores] : table.items()) {
    double threshold = 0;
    const auto [rest, error] = std::from_chars(key.data(), key.data() + key.size(), threshold);
    if (error != std::errc{} || rest != key.data() + key.size()) continue;
    if (!(threshold > 0) || threshold > 1) continue;
    if (scores.is_object()) all.push_back(matching_from(threshold, scores));
  }
  std::sort(all.begin(), all.end(),
            [](const Matching& a, const Matching& b) { return a.threshold < b.threshold; });
  return all;
}

RestorationScores scores_from(const json& table, const char* side) {
  // JSON knows no infinity: the PSNR of equal images is null there.
  constexpr double kEqual = std::numeric_limits<double>::infinity();
  const auto score = [&](const char* name, double standard) {
    return number(table.is_object() ? table.value(name, json()) : json(), side, standard);
  };
  return {score("ssim", 0), score("nrmse", 0), score("nrmse_notebook", 0), score("psnr", kEqual)};
}

AgainstTruth against_truth(const json& table) {
  return {scores_from(table, "prediction"), scores_from(table, "source")};
}

std::string name_in(const json& image) {
  const auto name = image.is_object() ? image.find("name") : image.end();
  return name != image.end() && name->is_string() ? name->get<std::string>() : "(no name)";
}

/// That all images have the same thresholds, as pooling expects.
bool alike(const std::vector<ImageScores>& images) {
  const auto& first = images.front().by_threshold;
  return !first.empty() && std::all_of(images.begin(), images.end(), [&](const ImageScores& image) {
    return std::equal(
        first.begin(), first.end(), image.by_threshold.begin(), image.by_threshold.end(),
        [](const Matching& a, const Matching& b) { return a.threshold == b.threshold; });
  });
}

}  // namespace

std::size_t EvaluationFolder::image_count() const {
  return restoration ? restored.images.size() : labels.images.size();
}

std::vector<std::string> EvaluationFolder::names() const {
  std::vector<std::string> names;
  for (const auto& image : labels.images) names.push_back(image.name);
  for (const auto& image : restored.images) names.push_back(image.name);
  return names;
}

const EvaluatedFile* EvaluationFolder::file(const std::string& name) const {
  if (!record) return nullptr;
  for (const EvaluatedFile& file : record->files) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

EvaluationFolder EvaluationFolder::without(const std::set<std::string>& names) const {
  EvaluationFolder rest = *this;
  if (names.empty()) return rest;
  std::erase_if(rest.labels.images, [&](const auto& image) { return names.contains(image.name); });
  std::erase_if(rest.restored.images,
                [&](const auto& image) { return names.contains(image.name); });
  pool_images(rest.labels);
  rest.labels.by_class.clear();  // known of all images together only
  std::vector<AgainstTruth> means;
  for (const auto& image : rest.restored.images) means.push_back(image.mean);
  rest.restored.mean = mean_of(means);
  return rest;
}

Result<EvaluationFolder> read_evaluation(const fs::path& folder) {
  std::error_code absent;
  const fs::path file = folder / "metrics.json";
  if (!fs::exists(file, absent)) {
    return Error(ErrorCode::kNotFound, "there is no metrics.json in " + folder.string(),
                 "Give the --output folder of `karyoscope evaluate labels` or `evaluate "
                 "restoration`.");
  }
  KARYO_TRY(const std::string text, read_file(file, kMostBytes));
  const json document = json::parse(text, nullptr, false);
  const Error damaged(ErrorCode::kBadFile, file.string() + " is no table of an evaluation",
                      "Run karyoscope evaluate once more.");
  const json images = document.is_object() ? document.value("images", json()) : json();
  if (!images.is_array() || images.empty()) return damaged;
  EvaluationFolder evaluation;
  evaluation.path = folder;
  KARYO_TRY(evaluation.record, read_evaluation_record(folder));
  evaluation.restoration = document.contains("ssim");
  if (evaluation.restoration) {
    std::vector<AgainstTruth> means;
    for (const json& image : images) {
      if (!image.is_object()) return damaged;
      RestoredImageScores scores{name_in(image), {}, against_truth(image.value("mean", json()))};
      const json planes = image.value("planes", json());
      for (const json& plane : planes) scores.planes.push_back(against_truth(plane));
      means.push_back(scores.mean);
      evaluation.restored.images.push_back(std::move(scores));
    }
    evaluation.restored.mean = mean_of(means);
    return evaluation;
  }
  for (const json& image : images) {
    if (!image.is_object()) return damaged;
    ImageScores scores{name_in(image), matchings_from(image.value("scores", json()))};
    scores.foreground_iou =
        number(image, "foreground_iou", std::numeric_limits<double>::quiet_NaN());
    evaluation.labels.images.push_back(std::move(scores));
  }
  if (!alike(evaluation.labels.images)) return damaged;
  pool_images(evaluation.labels);
  read_objects(folder, evaluation.labels);
  const json classes = document.value("classes", json::object());
  for (const auto& [name, table] : classes.items()) {
    if (auto scores = matchings_from(table); !scores.empty()) {
      evaluation.labels.by_class[name] = std::move(scores);
    }
  }
  return evaluation;
}

}  // namespace karyo
