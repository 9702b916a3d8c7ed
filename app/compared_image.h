#pragma once

/// One image of a comparison: its files, how well it does, and the layers that show it.
///
///   kObjects   predicted objects against true ones
///   kRestored  a restored image, and the noisy one it was made of, against a clean one
///   kModels    predicted objects against those of another model: nobody knows the truth
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

enum class ComparedKind { kObjects, kRestored, kModels };
/// "objects", "restored", "models".
std::string_view name_of(ComparedKind kind);
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
  // Of objects; of two models, the second one's stand where the truth would.
  std::vector<Matching> by_threshold;  ///< IoU 0.1, 0.15 ... 0.95; at kComparedIou: [8]
  std::vector<JudgedTruth> truths;     ///< intensities where there is an image that fits
  std::vector<std::int64_t> prediction_sizes;  ///< in voxels
  /// True objects by verdict (matched, missed, merged, split), and extra and ignored predictions.
  std::array<std::int64_t, kVerdicts> verdicts{};
  // Of restored images:
  std::vector<PlaneScores> planes;  ///< frames, then channels, then slices
  PlaneScores mean;                 ///< over the planes

  /// What images are sorted by, the worst first: accuracy, TP / (TP + FP + FN), at kComparedIou (1
  /// where neither side holds an object), or the mean SSIM of the prediction.
  double score() const;
};

/// Reads files and judges them. Errors: as read_image, to_labels, find_overlaps, comparable and
/// compare_planes, naming the image; kNotFound for a restored image without its noisy one.
Result<ComparedImage> judge_image(const EvaluationPair& files,
                                  ComparedKind kind = ComparedKind::kObjects);

/// What is shown of one image. Layers are named, from the bottom:
///   objects   "input" (where there is one), "prediction", "truth", "errors"
///   models    "input" (where there is one), "first model", "second model", "differences"
///   restored  "input", "prediction", "truth", and of either against the truth a map of the SSIM
///             and one of the root squared error (restored_map_name)
struct ComparedLayers {
  std::vector<std::shared_ptr<Layer>> layers;
  std::vector<ErrorObject> errors;  ///< of the layer of errors or differences, by id
};

/// Errors: as judge_image, and those of open_layers for the input.
Result<ComparedLayers> read_compared(const EvaluationPair& files, ComparedKind kind,
                                     const std::shared_ptr<ChunkStore>& chunks,
                                     TaskControl& control);

/// "SSIM of the input", "SSIM of the prediction", "error of the input", ...: 0 to 3 in this order.
const char* restored_map_name(int map);

/// Whether a person is told of it: each object that ComparedImage::verdicts counts, once. What was
/// merged or split is told of the true side, whose numbers say how many nuclei were lost by it.
bool is_listed(const ErrorObject& object);

/// Colours that stay apart for colour-blind eyes (Okabe and Ito, 2008).
Rgb color_of(ObjectVerdict verdict);

namespace detail {
// Of restored images; in compared_restoration.cpp.
Result<ComparedImage> judge_restored(const EvaluationPair& files);
Result<ComparedLayers> read_restored(const EvaluationPair& files, TaskControl& control);
}  // namespace detail

}  // namespace karyo
