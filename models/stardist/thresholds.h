#pragma once

/// The probability and NMS thresholds with which a model scores best on validation images.

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/image/volume_view.h"
#include "models/io/model_folder.h"
#include "models/stardist/instances.h"
#include "models/stardist/rays.h"

namespace karyo::stardist {

class ShapeDevice;

/// Golden-section search for the smallest value of a function of one number.
///
/// a, b  two points from which a bracket is grown; no valid bracket (a constant function, say)
///       returns the best point seen.
/// Stops at a relative width of `tolerance` or after `most_rounds`.
/// Source  scipy 1.17, minimize_scalar(method="golden", bracket=(a, b)); same points in the same
///         order.
struct SearchResult {
  double x = 0, value = 0;
};
SearchResult golden_section(const std::function<double(double)>& f, double a, double b,
                            double tolerance = 1e-2, int most_rounds = 20);

/// The same, all in float32: the reference's search, whose bracket comes from a float32 map.
struct SearchResult32 {
  float x = 0;
  double value = 0;
};
SearchResult32 golden_section_float32(const std::function<double(float)>& f, float a, float b,
                                      float tolerance = 1e-2f, int most_rounds = 20);

struct ThresholdOptions {
  GridStep grid{};
  std::vector<float> nms_thresholds = {0.3f, 0.4f, 0.5f};
  std::vector<double> iou_thresholds = {0.3, 0.5, 0.7};
  int threads = 0;
  ShapeDevice* device = nullptr;  ///< a GPU that suppresses in volumes (shape_device.h), or null
  /// Called after each evaluation: NMS threshold, probability threshold, score.
  std::function<void(float, float, double)> on_evaluation = {};
};

struct ScoredThresholds {
  Thresholds thresholds;
  /// Mean accuracy (pooled over images) over the IoU thresholds.
  double score = 0;
};

/// For each NMS threshold, searches the probability threshold between half the largest predicted
/// probability and all of it; the best pair wins, the first of equals.
///
/// Images come one by one, and only their truth and the objects that survive NMS are kept: as a
/// more probable polygon alone can suppress one, raising the probability threshold just drops
/// survivors, so one NMS an image and NMS threshold serves the whole search. Ignored parts of a
/// truth are left out as core/metrics/matching.h says.
/// Threads  one caller at a time; works on `threads` threads.
/// Source   stardist 0.9.2, optimize_thresholds (the dense path).
class ThresholdOptimizer {
 public:
  explicit ThresholdOptimizer(ThresholdOptions options) : options_(std::move(options)) {}

  /// truth (1, H, W); maps cropped to the image (`cropped_extent`). Errors: kInvalidArgument when
  /// the maps' sizes do not fit the truth on the grid.
  Result<void> add(LabelArray truth, const ProbabilityMap& prob, const DistanceMap& dist);

  /// A volume: truth (Z, Y, X) and candidates above half of `largest`, the largest probability of
  /// its map or of one before (largest_probability()). All images have the same rays.
  void add(LabelArray truth, const Candidates3d& candidates, float largest, const Rays3d& rays);

  /// Errors: kInvalidArgument without images; kNumeric when no probability above 0 came;
  /// kCancelled.
  Result<ScoredThresholds> optimize(const TaskControl* control = nullptr) const;

  /// Mean over the IoU thresholds of the pooled accuracy; `nms` indexes options.nms_thresholds,
  /// prob_threshold >= lowest_threshold().
  double score(float prob_threshold, std::size_t nms) const;
  float largest_probability() const { return largest_; }
  float lowest_threshold() const { return largest_ / 2; }

 private:
  struct Image {
    LabelArray truth;
    // One a NMS threshold, of a plane or of a volume.
    std::vector<Candidates> survivors = {};
    std::vector<Candidates3d> survivors_3d = {};
  };
  LabelArray draw(const Image& image, std::size_t nms, float prob_threshold) const;

  ThresholdOptions options_;
  std::optional<Rays3d> rays_;  ///< of volumes
  std::vector<Image> images_;
  float largest_ = 0;
};

}  // namespace karyo::stardist
