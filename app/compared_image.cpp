#include "app/compared_image.h"

#include <algorithm>

#include "app/open_layer.h"
#include "app/report/confidence.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"

namespace karyo {
namespace {

constexpr int kThresholds = 18;  // 0.1, 0.15 ... 0.95
constexpr const char* kKindNames[] = {"objects", "restored", "models", "alone", "pair"};

constexpr double kErrorOpacity = 0.7;  // colours mean something here: they are to be told apart

double threshold_at(int k) {
  return (10 + 5 * k) / 100.0;
}

struct LabelPair {
  Volume truth_file, prediction_file;
  std::int64_t frames() const { return truth_file.shape().t; }
};

/// One time point of both.
struct FramePair {
  LabelArray truth, prediction;
  Overlaps overlaps;
};

Result<LabelPair> read_pair(const EvaluationPair& files) {
  LabelPair pair;
  KARYO_TRY(pair.truth_file, read_image(files.truth));
  KARYO_TRY(pair.prediction_file, read_image(files.prediction));
  if (pair.truth_file.shape().t != pair.prediction_file.shape().t) {
    return Error(ErrorCode::kBadFile,
                 files.name + ": one side has " + std::to_string(pair.truth_file.shape().t) +
                     " time points, the other " + std::to_string(pair.prediction_file.shape().t),
                 "Save both with the same axes (karyoscope convert --axes TYX or ZYX).");
  }
  return pair;
}

Result<FramePair> read_frame(const LabelPair& pair, const EvaluationPair& files, std::int64_t t) {
  const auto labels_of = [&](const Volume& volume,
                             const std::filesystem::path& path) -> Result<LabelArray> {
    auto labels = to_labels(volume, t);
    if (!labels) return labels.error().in(path.string());
    return labels;
  };
  FramePair frame;
  KARYO_TRY(frame.truth, labels_of(pair.truth_file, files.truth));
  KARYO_TRY(frame.prediction, labels_of(pair.prediction_file, files.prediction));
  auto overlaps = find_overlaps(frame.truth.view(), frame.prediction.view());
  if (!overlaps) return overlaps.error().in(files.name);
  frame.overlaps = *std::move(overlaps);
  return frame;
}

/// A movie's objects are numbered through its frames.
std::shared_ptr<LabelsLayer> error_layer(const char* name, std::vector<LabelVolume> frames,
                                         const std::vector<ErrorObject>& objects,
                                         const VoxelGrid& grid) {
  auto layer = std::make_shared<LabelsLayer>(name, std::move(frames), grid);
  LabelColors colors;
  for (const ErrorObject& object : objects) colors.own[object.id] = color_of(object.verdict);
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
  ComparedImage image;
  image.files = files;
  Volume input;
  if (!files.image.empty()) {
    KARYO_TRY(input, read_image(files.image));
  }
  std::vector<std::vector<Matching>> by_threshold(kThresholds);
  for (std::int64_t t = 0; t < pair.frames(); ++t) {
    KARYO_TRY(const FramePair frame, read_frame(pair, files, t));
    for (int k = 0; k < kThresholds; ++k) {
      by_threshold[static_cast<std::size_t>(k)].push_back(
          match_objects(frame.overlaps, threshold_at(k)));
    }
    const JudgedObjects judged = judge_objects(frame.overlaps, kComparedIou);
    const auto counts = count_verdicts(judged);
    for (std::size_t v = 0; v < counts.size(); ++v) image.verdicts[v] += counts[v];
    std::vector<double> intensities;
    if (!files.image.empty() && input.shape().z == frame.truth.shape().z) {
      intensities = object_intensities(frame.overlaps, frame.truth.view(), input, t);
    }
    const auto truths = judged_truths(frame.overlaps, judged, intensities);
    image.truths.insert(image.truths.end(), truths.begin(), truths.end());
    image.prediction_sizes.insert(image.prediction_sizes.end(),
                                  frame.overlaps.prediction_sizes.begin(),
                                  frame.overlaps.prediction_sizes.end());
  }
  for (const auto& frames : by_threshold) image.by_threshold.push_back(pool(frames));
  const auto confidences = confidences_of(files.prediction);
  for (const auto& [label, confidence] : confidences) image.confidences.push_back(confidence);
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
               "Compare objects, restored, models, alone or pair.");
}

Result<EvaluationPairs> compared_pairs(PairOptions options, ComparedKind kind) {
  options.allow_missing = true;
  if (kind == ComparedKind::kRestored) options.truth_part = "high", options.images_part = "low";
  if (kind == ComparedKind::kAlone) options.truth = options.prediction;
  KARYO_TRY(EvaluationPairs files, pair_files(options));
  if (kind == ComparedKind::kAlone) {
    for (EvaluationPair& pair : files.pairs) pair.truth.clear();
  }
  return files;
}

bool is_listed(const ErrorObject& object) {
  const ObjectVerdict verdict = object.verdict;
  if (object.of_truth) return verdict != ObjectVerdict::kMatched;
  return verdict == ObjectVerdict::kMatched || verdict == ObjectVerdict::kExtra ||
         verdict == ObjectVerdict::kIgnored;
}

double ComparedImage::score() const {
  if (kind == ComparedKind::kAlone) {
    double sum = 0;
    for (const float confidence : confidences) sum += static_cast<double>(confidence);
    return confidences.empty() ? 1 : sum / static_cast<double>(confidences.size());
  }
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
  const auto judge = [&]() -> Result<ComparedImage> {
    switch (kind) {
      case ComparedKind::kRestored:
        return detail::judge_restored(files);
      case ComparedKind::kAlone:
        return detail::judge_alone(files);
      case ComparedKind::kPair:
        return detail::judge_pair(files);
      default:
        return judge_objects_of(files);
    }
  };
  auto image = judge();
  if (image) image->kind = kind;
  return image;
}

Result<void> detail::add_input(const EvaluationPair& files,
                               const std::shared_ptr<ChunkStore>& chunks, TaskControl& control,
                               ComparedLayers& shown) {
  if (files.image.empty()) return {};
  KARYO_TRY(auto opened, open_layers(files.image, OpenAs::kImage, chunks, control));
  shown.layers.push_back(std::move(opened.front()));
  shown.layers.back()->set_name("input");
  return {};
}

namespace {

Result<ComparedLayers> read_objects_of(const EvaluationPair& files, bool models,
                                       const std::shared_ptr<ChunkStore>& chunks,
                                       TaskControl& control) {
  ComparedLayers shown;
  KARYO_CHECK_OK(detail::add_input(files, chunks, control, shown));
  KARYO_TRY(LabelPair pair, read_pair(files));
  std::vector<LabelVolume> pictures;
  const ObjectConfidences confidences = confidences_of(files.prediction);
  for (std::int64_t t = 0; t < pair.frames(); ++t) {
    if (control.cancelled()) return cancelled_error("comparing images");
    KARYO_TRY(const FramePair frame, read_frame(pair, files, t));
    auto picture = draw_errors(frame.truth.view(), frame.prediction.view(), frame.overlaps,
                               judge_objects(frame.overlaps, kComparedIou));
    const auto before = static_cast<std::uint32_t>(shown.errors.size());
    for (std::uint32_t& id : picture.labels) id = id == 0 ? 0 : id + before;
    pictures.push_back(LabelVolume::from_dense(picture.labels.view()));
    for (ErrorObject& object : picture.objects) {
      object.id += before;
      object.frame = t;
      const auto known = confidences.find(object.source_id);
      if (!object.of_truth && known != confidences.end()) object.confidence = known->second;
      shown.errors.push_back(object);
    }
  }
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
  shown.layers.push_back(
      error_layer(models ? "differences" : "errors", std::move(pictures), shown.errors, grid));
  KARYO_CHECK_OK(detail::add_confidence_map(files, shown));
  return shown;
}

}  // namespace

Result<ComparedLayers> read_compared(const EvaluationPair& files, ComparedKind kind,
                                     const std::shared_ptr<ChunkStore>& chunks,
                                     TaskControl& control) {
  switch (kind) {
    case ComparedKind::kRestored:
      return detail::read_restored(files, control);
    case ComparedKind::kAlone:
      return detail::read_alone(files, chunks, control);
    case ComparedKind::kPair:
      return detail::read_pair_layers(files, chunks, control);
    default:
      return read_objects_of(files, kind == ComparedKind::kModels, chunks, control);
  }
}

}  // namespace karyo
