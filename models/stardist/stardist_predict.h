#pragma once

/// One image through a StarDist network: dense maps, or the candidates that NMS starts from.
///
/// Source: stardist 0.9.2, StarDistBase.predict and predict_sparse.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/task.h"
#include "core/image/normalize.h"
#include "core/image/volume.h"
#include "models/device.h"
#include "models/io/model_folder.h"
#include "models/stardist/instances.h"
#include "models/stardist/network_pass.h"
#include "models/stardist/stardist_model.h"

namespace karyo {

/// Maps on the grid, cropped to the image as StarDist's `predict` gives them.
struct StarDistMaps {
  Index3 shape;  ///< grid pixels; z is 1 in 2D
  int rays = 0;
  std::vector<float> prob;  ///< (d, h, w) in [0, 1]
  std::vector<float> dist;  ///< (d, h, w, rays), >= 1e-3, in voxels
};

/// The whole image, padded at its end, in one piece.
StarDistMaps predict_maps(const StarDistModel& model, const NetworkImage& image,
                          const Device& device, Precision precision);

/// Extents of maps that remain of those of the padded image.
Index3 cropped_shape(const StarDistModel& model, Index3 image);

template <int Axes>
struct SparsePredictionOf {
  stardist::CandidatesOf<Axes> candidates;  ///< in scan order
  Index3 shape;                             ///< of the padded image's map, in grid pixels
  std::vector<float> prob;                  ///< that map, where it was asked for
  /// Of a model that knows classes: the probability of each of `classes` classes, background first,
  /// of candidate 0, 1, ...
  std::vector<float> class_prob = {};
  std::int64_t classes = 0;

  /// Of the candidate at a point; empty where there are no classes.
  std::vector<float> class_prob_at(const typename stardist::CandidatesOf<Axes>::Point& point) const;
};
using SparsePrediction = SparsePredictionOf<2>;
using SparsePrediction3d = SparsePredictionOf<3>;

/// Candidates as StarDist's `predict_sparse` finds them: above `prob_threshold`, further than two
/// grid pixels from the sides of the padded image, inside the image itself. Runs tile by tile
/// (`tiles` as each_tile takes them); the result does not depend on the tiling beyond float
/// rounding. Errors: kCancelled; kNumeric when the network's output is not finite.
Result<SparsePrediction> predict_sparse(const StarDistModel& model, const NetworkImage& image,
                                        float prob_threshold, Index3 tiles, bool keep_prob,
                                        const Device& device, Precision precision,
                                        TaskControl& control);
Result<SparsePrediction3d> predict_sparse_3d(const StarDistModel& model, const NetworkImage& image,
                                             float prob_threshold, Index3 tiles, bool keep_prob,
                                             const Device& device, Precision precision,
                                             TaskControl& control);

/// Candidates of the dense way: those of predict_maps further than two grid pixels from its sides.
struct DensePrediction3d {
  stardist::Candidates3d candidates;  ///< above half of `largest`
  float largest = 0;                  ///< probability anywhere, or what the caller had before
};
/// Tile by tile, so that the maps of a volume are never in memory as a whole.
Result<DensePrediction3d> predict_dense_3d(const StarDistModel& model, const NetworkImage& image,
                                           float largest_before, const Device& device,
                                           Precision precision, TaskControl& control);

struct PlaneSettings {
  Thresholds thresholds;
  std::vector<ChannelScale> scales;  ///< of input_scales
  Index3 tiles{0, 0, 0};
  std::int64_t channel = -1;
  bool keep_prob = false;
  /// Of candidates alone: where they are asked for (PredictSettings::part). The probability map,
  /// where it is kept, is then of what the network saw.
  std::optional<Box3> part = {};
};

struct PlanePrediction {
  LabelArray labels;          ///< (1, Y, X); label i + 1 is the i-th most probable object
  std::vector<float> scores;  ///< probability of each object, falling
  std::vector<std::vector<float>> class_prob;  ///< of each object; empty without classes
  SparsePrediction network;   ///< candidates, and the probability map where it was asked for
};

/// One plane: normalise, network; candidates above settings.thresholds.prob.
/// Errors: those of predict_sparse; kNumeric for pixels that are not finite; kInvalidArgument for a
/// part that is not inside of the image.
Result<SparsePrediction> predict_candidates(const StarDistModel& model, const Volume& image,
                                            std::int64_t t, std::int64_t z,
                                            const PlaneSettings& settings, const Device& device,
                                            Precision precision, TaskControl& control);

/// All planes of one time point, with a 3D model.
Result<SparsePrediction3d> predict_candidates_3d(const StarDistModel& model, const Volume& image,
                                                 std::int64_t t, const PlaneSettings& settings,
                                                 const Device& device, Precision precision,
                                                 TaskControl& control);

/// All of it for one plane: normalise, network, NMS, labels.
Result<PlanePrediction> predict_plane(const StarDistModel& model, const Volume& image,
                                      std::int64_t t, std::int64_t z,
                                      const PlaneSettings& settings, const Device& device,
                                      Precision precision, TaskControl& control);

struct VolumePrediction {
  LabelArray labels;          ///< (Z, Y, X); 1, 2, ... by falling probability, no gaps
  std::vector<float> scores;  ///< probability of each object, falling
  std::vector<std::vector<float>> class_prob;  ///< of each object; empty without classes
  SparsePrediction3d network;
};

/// The same for all planes of one time point at once, with a 3D model.
/// Errors: as above; kUnsupported for rays that are no golden spiral.
Result<VolumePrediction> predict_volume(const StarDistModel& model, const Volume& image,
                                        std::int64_t t, const PlaneSettings& settings,
                                        const Device& device, Precision precision,
                                        TaskControl& control);

}  // namespace karyo
