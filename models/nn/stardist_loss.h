#pragma once

/// The StarDist loss: soft binary cross-entropy of the probability, masked L1 of the distances.
///
/// Source: stardist 0.9.2 (masked_loss_mae with background_reg) and Keras 3's clipped
/// cross-entropy, means over the whole batch.
///
/// Where the probability's target is -1 (ignored), nothing that the network says changes the loss
/// or has a gradient. One difference to the reference, which masks the probability and the
/// distances there but keeps its regulariser, background_reg * |distance|: it pulls the distances
/// of objects that nobody drew towards 0. A batch that is ignored all over has the loss 0.

#include <torch/torch.h>

#include <optional>

#include "models/nn/stardist_net.h"

namespace karyo {

/// Targets on the grid, float32, contiguous; in 3D with an axis d before h.
struct StarDistTarget {
  torch::Tensor prob;  ///< (N, h, w) in [0, 1]; -1 where ignored
  torch::Tensor dist;  ///< (N, h, w, rays)
  torch::Tensor mask;  ///< (N, h, w) weight of each pixel's distances, in [0, 1]; 0 where ignored
  /// (N, h, w) int64, 0 on background; -1: says nothing. Undefined where no classes are learned.
  torch::Tensor classes = {};
};

struct StarDistLossSettings {
  double background_reg = 1e-4;
  double prob_weight = 1, dist_weight = 0.2, class_weight = 1;
};

/// What the loss divides by: of one batch, or the mean over those of several processes, with which
/// the mean of their losses is that of all their batches as one.
struct StarDistCounts {
  double known = 0;      ///< pixels that are not ignored
  double mean_mask = 0;  ///< mean weight of the distances
};
StarDistCounts counts_of(const StarDistTarget& target);

struct StarDistLoss {
  /// prob_weight * prob + dist_weight * dist + class_weight * of_class; carries the gradient.
  torch::Tensor total;
  double prob = 0;      ///< mean over pixels that are not ignored
  double dist = 0;      ///< mean over all pixels, background regulariser included
  double of_class = 0;  ///< categorical cross-entropy, mean over all pixels; 0 without classes
};

/// One pass over the output computes loss and gradient. The result does not depend on threads.
/// `counts` absent: those of `target`.
StarDistLoss stardist_loss(const StarDistOutput& output, const StarDistTarget& target,
                           const StarDistLossSettings& settings,
                           const std::optional<StarDistCounts>& counts = {});

/// The same in plain tensor operations, kept to be read and compared with; also for GPUs.
StarDistLoss stardist_loss_reference(const StarDistOutput& output, const StarDistTarget& target,
                                     const StarDistLossSettings& settings,
                                     const std::optional<StarDistCounts>& counts = {});

}  // namespace karyo
