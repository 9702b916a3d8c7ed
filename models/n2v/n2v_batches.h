#pragma once

/// From images to Noise2Void batches: shuffled passes over all patches, with pixels hidden anew
/// each time.
///
/// Batch n is a pure function of (files, config, n): any thread may make any batch in any order.
/// Source  n2v 0.3.3, N2V_DataWrapper.

#include <cstdint>
#include <memory>

#include "core/base/result.h"
#include "models/n2v/blind_spots.h"
#include "models/n2v/n2v_patches.h"
#include "models/train/batch.h"
#include "models/train/batch_source.h"
#include "models/train/patch_sampler.h"
#include "models/train/train_config.h"
#include "models/train/worker_place.h"

namespace karyo {

/// Which patches are trained on and which validated with.
struct N2vSplit {
  N2vPatches training, validation;
  std::vector<N2vUnit> training_units;
  std::int64_t first_training = 0;  ///< of training's patches, where both share one plane or stack:
  std::int64_t validation_count = 0;  ///< the first ones are for validation
};
/// Whole planes or stacks where there are several, chosen by config.seed; else the first patches of
/// the only one. Errors: kInvalidArgument (no image, a patch that does not fit, one patch alone).
Result<N2vSplit> split_patches(const std::vector<ImageFile>& images, const TrainConfig& config);

/// Thread-safe.
class N2vBatchMaker {
 public:
  enum class Use { kTraining, kValidation };

  /// Training: endless, flipped and turned as config.augment says, each channel with blind spots of
  /// its own. Validation: every patch once, as it is, with the same blind spots whenever asked and
  /// in all channels, and without the neighbours of structN2V; the last batch may be smaller.
  /// `patches` from `first` on, `count` of them. Errors: kInvalidArgument from validate.
  static Result<N2vBatchMaker> create(N2vPatches patches, std::int64_t first, std::int64_t count,
                                      const TrainConfig& config, ChannelStatistics statistics,
                                      std::shared_ptr<N2vImages> images, Use use);

  /// Errors of reading a file name the file and how to mend it.
  Result<RestorationBatch> make(std::int64_t number) const;

  /// Batches of one validation round; 0 for training, which never ends.
  std::int64_t batch_count() const;

 private:
  N2vBatchMaker(N2vPatches patches, std::int64_t first, std::int64_t count,
                const TrainConfig& config, ChannelStatistics statistics,
                std::shared_ptr<N2vImages> images, Use use, Manipulator manipulator,
                NeighbourMask mask);
  Result<std::vector<float>> cut(std::int64_t patch) const;

  N2vPatches patches_;
  std::int64_t first_, count_;
  TrainConfig config_;
  ChannelStatistics statistics_;
  std::shared_ptr<N2vImages> images_;
  Use use_;
  Manipulator manipulator_;
  NeighbourMask mask_;
  PatchSampler sampler_;
};

/// Training batches prefetched by config.loader_threads threads, config.prefetch ahead: all, or a
/// process's share of them.
std::unique_ptr<RestorationBatchSource> make_training_source(N2vBatchMaker maker,
                                                             const TrainConfig& config,
                                                             const BatchShare& share = {});

}  // namespace karyo
