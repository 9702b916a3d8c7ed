#include "app/compared_image.h"

#include <algorithm>

#include "app/open_layer.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"

namespace karyo {
namespace {

constexpr int kThresholds = 18;  // 0.1, 0.15 ... 0.95
constexpr const char* kKindNames[] = {"objects", "restored", "models"};

constexpr double kErrorOpacity = 0.7;  // colours mean something here: they are to be told apart

double threshold_at(int k) {
  return (10 + 5 * k) / 100.0;
}

struct LabelPair {
  Volume truth_file, prediction_file;
  LabelArray truth, prediction;
};

Result<LabelArray> labels_of(const Volume& volume, const std::filesystem::path& path) {
  auto labels = to_labels(volume);
  if (!labels) return labels.error().in(path.string());
  return labels;
}

Result<LabelPair> read_pair(const EvaluationPair& files) {
  LabelPair pair;
  KARYO_TRY(pair.truth_file, read_image(files.truth));
  KARYO_TRY(pair.prediction_file, read_image(files.prediction));
  if (pair.truth_file.shape().t > 1 || pair.prediction_file.shape().t > 1) {
    return Error(ErrorCode::kUnsupported, files.name + " is a movie",
                 "Compare movies with karyoscope evaluate labels.");
  }
  KARYO_TRY(pair.truth, labels_of(pair.truth_file, files.truth));
  KARYO_TRY(pair.prediction, labels_of(pair.prediction_file, files.prediction));
  return pair;
}

Result<Overlaps> overlaps_of(const LabelPair& pair, const std::string& name) {
  auto overlaps = find_overlaps(pair.truth.view(), pair.prediction.view());
  if (!overlaps) return overlaps.error().in(name);
  return overlaps;
}

std::shared_ptr<LabelsLayer> error_layer(const char* name, const ErrorPicture& picture,
                                         const VoxelGrid& grid) {
  auto layer =
      std::make_shared<LabelsLayer>(name, LabelVolume::from_dense(picture.labels.view()), grid);
  LabelColors colors;
  for (const ErrorObject& object : picture.objects) {
    colors.own[object.id] = color_of(object.verdict);
  }
  layer->set_colors(std::move(colors));
  layer->set_opacity(kErrorOpacity);
  return layer;
}

/// Each true object once, and the predictions that nothing true stands behind.
std::array<std::int64_t, kVerdicts> count_verdicts(const JudgedObjects& judged) {
  std::array<std::int64_t, kVerdicts> counts{};
  for (const ObjectVerdict verdict : judged.truths) ++counts[static_cast<std::size_t>(verdict)];
  for (const ObjectVerdict verdict : judged.predictions) {
    const bool alone = verdict == ObjectVerdict::kExtra || verdict == ObjectVerdict::kIgnored;
    if (alone) ++counts[static_cast<std::size_t>(verdict)];
  }
  return counts;
}

Result<ComparedImage> judge_objects_of(const EvaluationPair& files) {
  KARYO_TRY(const LabelPair pair, read_pair(files));
  KARYO_TRY(const Overlaps overlaps, overlaps_of(pair, files.name));
  ComparedImage image;
  image.files = files;
  for (int k = 0; k < kThresholds; ++k) {
    image.by_threshold.push_back(match_objects(overlaps, threshold_at(k)));
  }
  const JudgedObjects judged = judge_objects(overlaps, kComparedIou);
  image.verdicts = count_verdicts(judged);
  std::vector<double> intensities;
  if (!files.image.empty()) {
    KARYO_TRY(const Volume input, read_image(files.image));
    intensities = object_intensities(overlaps, pair.truth.view(), input);
  }
  image.truths = judged_truths(overlaps, judged, intensities);
  image.prediction_sizes = overlaps.prediction_sizes;
  return image;
}

}  // namespace

std::string_view name_of(ComparedKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

Result<ComparedKind> compared_kind_from(std::string_view name) {
  for (std::size_t k = 0; k < std::size(kKindNames); ++k) {
    if (name == kKindNames[k]) return static_cast<ComparedKind>(k);
  }
  return Error(ErrorCode::kInvalidArgument, "there is no comparison of " + std::string(name),
               "Compare objects, restored or models.");
}

bool is_listed(const ErrorObject& object) {
  const ObjectVerdict verdict = object.verdict;
  if (object.of_truth) return verdict != ObjectVerdict::kMatched;
  return verdict == ObjectVerdict::kMatched || verdict == ObjectVerdict::kExtra ||
         verdict == ObjectVerdict::kIgnored;
}

double ComparedImage::score() const {
  if (by_threshold.empty()) return mean.prediction.ssim;
  const Matching& m = by_threshold[kComparedThreshold];
  return m.n_true + m.n_pred == 0 ? 1 : m.accuracy;
}

Rgb color_of(ObjectVerdict verdict) {
  switch (verdict) {
    case ObjectVerdict::kMatched:
      return {0x00, 0x9e, 0x73};
    case ObjectVerdict::kMissed:
      return {0xd5, 0x5e, 0x00};
    case ObjectVerdict::kExtra:
      return {0xf0, 0xe4, 0x42};
    case ObjectVerdict::kMerged:
      return {0xcc, 0x79, 0xa7};
    case ObjectVerdict::kSplit:
      return {0x56, 0xb4, 0xe9};
    case ObjectVerdict::kIgnored:
      break;
  }
  return {0x80, 0x80, 0x80};
}

Result<ComparedImage> judge_image(const EvaluationPair& files, ComparedKind kind) {
  return kind == ComparedKind::kRestored ? detail::judge_restored(files) : judge_objects_of(files);
}

Result<ComparedLayers> read_compared(const EvaluationPair& files, ComparedKind kind,
                                     const std::shared_ptr<ChunkStore>& chunks,
                                     TaskControl& control) {
  if (kind == ComparedKind::kRestored) return detail::read_restored(files, control);
  const bool models = kind == ComparedKind::kModels;
  ComparedLayers shown;
  if (!files.image.empty()) {
    KARYO_TRY(auto opened, open_layers(files.image, OpenAs::kImage, chunks, control));
    shown.layers.push_back(std::move(opened.front()));
    shown.layers.back()->set_name("input");
  }
  KARYO_TRY(LabelPair pair, read_pair(files));
  KARYO_TRY(const Overlaps overlaps, overlaps_of(pair, files.name));
  auto picture = draw_errors(pair.truth.view(), pair.prediction.view(), overlaps,
                             judge_objects(overlaps, kComparedIou));
  const VoxelGrid grid = pair.truth_file.grid;
  const auto add = [&](const char* name, Volume& file,
                       const std::filesystem::path& path) -> Result<void> {
    KARYO_TRY(auto layer, make_layer(name, std::make_shared<const Volume>(std::move(file)),
                                     OpenAs::kLabels, path));
    shown.layers.push_back(std::move(layer));
    shown.layers.back()->set_name(name);
    shown.layers.back()->set_source({path, {}});
    return {};
  };
  KARYO_CHECK_OK(
      add(models ? "first model" : "prediction", pair.prediction_file, files.prediction));
  KARYO_CHECK_OK(add(models ? "second model" : "truth", pair.truth_file, files.truth));
  shown.layers.push_back(error_layer(models ? "differences" : "errors", picture, grid));
  shown.errors = std::move(picture.objects);
  return shown;
}

}  // namespace karyo
