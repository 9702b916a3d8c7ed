#pragma once

/// One image of a comparison: its files, how well it does, and the layers that show it.
///
///   kObjects   predicted objects against true ones
///   kRestored  a restored image, and the noisy one it was made of, against a clean one
///   kModels    predicted objects against those of another model: nobody knows the truth
///   kAlone     predicted objects alone, and how sure the model is of each
///   kPair      two restored images without a clean one: nobody knows the truth
///
/// Threads  any; nothing here is shared.

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/report/evaluation_pairs.h"
#include "core/base/task.h"
#include "core/image/chunk_store.h"
#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "core/metrics/error_dependence.h"
#include "core/metrics/object_verdicts.h"
#include "core/metrics/restoration.h"

namespace karyo {

enum class ComparedKind { kObjects, kRestored, kModels, kAlone, kPair };
/// "objects", "restored", "models", "alone", "pair".
std::string_view name_of(ComparedKind kind);
/// Images, not objects, are compared.
inline bool of_images(ComparedKind kind) {
  return kind == ComparedKind::kRestored || kind == ComparedKind::kPair;
}
Result<ComparedKind> compared_kind_from(std::string_view name);

/// The IoU from which on two objects match where one number stands for an image.
inline constexpr double kComparedIou = 0.5;
inline constexpr std::size_t kComparedThreshold = 8;  ///< its place among the thresholds
inline constexpr int kVerdicts = 6;
inline constexpr int kRestoredMaps = 4;

/// One plane's scores.
struct PlaneScores {
  RestorationScores prediction, input;  ///< each against the truth
};

/// Files of one image, and how well the prediction does.
struct ComparedImage {
  EvaluationPair files;
  ComparedKind kind = ComparedKind::kObjects;
  // Of objects; of two models, the second one's stand where the truth would.
  std::vector<Matching> by_threshold;  ///< IoU 0.1, 0.15 ... 0.95; at kComparedIou: [8]
  std::vector<JudgedTruth> truths;     ///< intensities where there is an image that fits
  std::vector<std::int64_t> prediction_sizes;  ///< in voxels
  std::vector<float> confidences;              ///< of predictions, where they are known
  /// True objects by verdict (matched, missed, merged, split), and extra and ignored predictions.
  std::array<std::int64_t, kVerdicts> verdicts{};
  // Of restored images:
  std::vector<PlaneScores> planes;  ///< frames, then channels, then slices; kPair: no input's
  PlaneScores mean;                 ///< over the planes

  /// What images are sorted by, the worst first: accuracy, TP / (TP + FP + FN), at kComparedIou (1
  /// where neither side holds an object), the mean SSIM of the prediction, or, of predictions
  /// alone, the mean confidence (1 where none is known).
  double score() const;
};

/// Files to compare: pair_files, with high/ and low/ of restored images. kAlone needs no truth:
/// `options.prediction` and `options.images` alone count, and the pairs have none.
Result<EvaluationPairs> compared_pairs(PairOptions options, ComparedKind kind);

/// Reads files and judges them. Errors: as read_image, to_labels, find_overlaps, comparable and
/// compare_planes, naming the image; kNotFound for a restored image without its noisy one.
Result<ComparedImage> judge_image(const EvaluationPair& files,
                                  ComparedKind kind = ComparedKind::kObjects);

/// What is shown of one image. Layers are named, from the bottom:
///   objects   "input" (where there is one), "prediction", "truth", "errors"
///   models    "input" (where there is one), "first model", "second model", "differences"
///   alone     "input", "prediction", confidence_map_name() (where there is one), and the objects
///             once more in the colours of their confidence, confidence_name()
///   pair      "input" (where there is one), "first model", "second model", and between them a map
///             of the SSIM and one of the difference (pair_map_name)
///   restored  "input", "prediction", "truth", and of either against the truth a map of the SSIM
///             and one of the root squared error (restored_map_name)
struct ComparedLayers {
  std::vector<std::shared_ptr<Layer>> layers;
  /// Of the layer of errors, differences or confidence, by id; of the last the least sure first.
  std::vector<ErrorObject> errors;
};

/// Errors: as judge_image, and those of open_layers for the input.
Result<ComparedLayers> read_compared(const EvaluationPair& files, ComparedKind kind,
                                     const std::shared_ptr<ChunkStore>& chunks,
                                     TaskControl& control);

/// "SSIM of the input", "SSIM of the prediction", "error of the input", ...: 0 to 3 in this order.
const char* restored_map_name(int map);
/// "SSIM of the two", "difference of the two": 0 and 1.
const char* pair_map_name(int map);
/// The probability of an object at each place, as the network gives it; the topmost layer where
/// predictions that are compared have one (app/report/confidence.h).
const char* confidence_map_name();
const char* confidence_name();
/// From dark blue, 0, to yellow, 1; grey where it is not known.
Rgb confidence_color(float confidence);

/// Whether a person is told of it: each object that ComparedImage::verdicts counts, once. What was
/// merged or split is told of the true side, whose numbers say how many nuclei were lost by it.
bool is_listed(const ErrorObject& object);

/// Colours that stay apart for colour-blind eyes (Okabe and Ito, 2008).
Rgb color_of(ObjectVerdict verdict);

namespace detail {
/// What was predicted from, where it is known, as the layer "input".
Result<void> add_input(const EvaluationPair& files, const std::shared_ptr<ChunkStore>& chunks,
                       TaskControl& control, ComparedLayers& shown);
// In compared_alone.cpp.
Result<ComparedImage> judge_alone(const EvaluationPair& files);
Result<ComparedLayers> read_alone(const EvaluationPair& files,
                                  const std::shared_ptr<ChunkStore>& chunks, TaskControl& control);
Result<void> add_confidence_map(const EvaluationPair& files, ComparedLayers& shown);
// In compared_pair.cpp.
Result<ComparedImage> judge_pair(const EvaluationPair& files);
Result<ComparedLayers> read_pair_layers(const EvaluationPair& files,
                                        const std::shared_ptr<ChunkStore>& chunks,
                                        TaskControl& control);
// Of restored images; in compared_restoration.cpp.
Result<ComparedImage> judge_restored(const EvaluationPair& files);
Result<ComparedLayers> read_restored(const EvaluationPair& files, TaskControl& control);
}  // namespace detail

}  // namespace karyo
