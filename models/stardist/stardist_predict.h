#pragma once

/// One image through a StarDist network: dense maps, or the candidates that NMS starts from.
///
/// Source: stardist 0.9.2, StarDistBase.predict and predict_sparse.

#include <cstdint>
#include <vector>

#include "core/base/task.h"
#include "core/image/normalize.h"
#include "core/image/volume.h"
#include "models/device.h"
#include "models/io/model_folder.h"
#include "models/stardist/instances.h"
#include "models/stardist/stardist_model.h"

namespace karyo {

/// An image as the network takes it: (C, H, W) float32, normalised, contiguous.
struct NetworkImage {
  std::vector<float> values;
  std::int64_t channels = 1, height = 0, width = 0;
};

/// How each channel that the network takes is normalised: by percentiles (0..100) over the planes
/// of one time point. `channel` >= 0 takes that one alone; alpha channels are left out.
/// Errors: kInvalidArgument when the image's channels are not the `channels` of the network.
Result<std::vector<ChannelScale>> input_scales(const Volume& image, std::int64_t t,
                                               std::int64_t channel, std::int64_t channels,
                                               double pmin, double pmax);

/// One plane as the network takes it.
NetworkImage network_image(const Volume& image, std::int64_t t, std::int64_t z,
                           std::int64_t channel, const std::vector<ChannelScale>& scales);

/// Maps on the grid, cropped to the image as StarDist's `predict` gives them.
struct StarDistMaps {
  std::int64_t height = 0, width = 0;  ///< grid pixels
  int rays = 0;
  std::vector<float> prob;  ///< (h, w) in [0, 1]
  std::vector<float> dist;  ///< (h, w, rays), >= 1e-3, in image pixels
};

/// The whole image, padded at its end, in one piece.
StarDistMaps predict_maps(const StarDistModel& model, const NetworkImage& image,
                          const Device& device, Precision precision);

struct TileCounts {
  std::int64_t y = 0, x = 0;  ///< 0: as memory asks for
};

struct SparsePrediction {
  stardist::Candidates candidates;  ///< in scan order
  std::int64_t height = 0, width = 0;
  std::vector<float> prob;          ///< (height, width) on the grid, where it was asked for
};

/// Candidates as StarDist's `predict_sparse` finds them: above `prob_threshold`, further than two
/// grid pixels from the sides of the padded image, inside the image itself. Runs tile by tile; the
/// result does not depend on the tiling beyond float rounding.
/// Errors: kCancelled; kNumeric when the network's output is not finite.
Result<SparsePrediction> predict_sparse(const StarDistModel& model, const NetworkImage& image,
                                        float prob_threshold, TileCounts tiles, bool keep_prob,
                                        const Device& device, Precision precision,
                                        TaskControl& control);

struct PlaneSettings {
  Thresholds thresholds;
  std::vector<ChannelScale> scales;  ///< of input_scales
  TileCounts tiles;
  std::int64_t channel = -1;
  bool keep_prob = false;
};

struct PlanePrediction {
  LabelArray labels;          ///< (1, Y, X); label i + 1 is the i-th most probable object
  std::vector<float> scores;  ///< probability of each object, falling
  SparsePrediction network;   ///< candidates, and the probability map where it was asked for
};

/// One plane: normalise, network; candidates above settings.thresholds.prob.
/// Errors: those of predict_sparse; kNumeric for pixels that are not finite.
Result<SparsePrediction> predict_candidates(const StarDistModel& model, const Volume& image,
                                            std::int64_t t, std::int64_t z,
                                            const PlaneSettings& settings, const Device& device,
                                            Precision precision, TaskControl& control);

/// All of it for one plane: normalise, network, NMS, labels.
Result<PlanePrediction> predict_plane(const StarDistModel& model, const Volume& image,
                                      std::int64_t t, std::int64_t z,
                                      const PlaneSettings& settings, const Device& device,
                                      Precision precision, TaskControl& control);

}  // namespace karyo
