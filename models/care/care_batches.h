#pragma once

/// From pairs of files to CARE batches: shuffled passes over all patches.
///
/// Batch n is a pure function of (pairs, config, n): any thread may make any batch in any order.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/result.h"
#include "models/care/care_patches.h"
#include "models/train/batch.h"
#include "models/train/batch_source.h"
#include "models/train/patch_sampler.h"
#include "models/train/train_config.h"
#include "models/train/worker_place.h"

namespace karyo {

/// Thread-safe.
class CareBatchMaker {
 public:
  enum class Use { kTraining, kValidation };

  /// Training: endless, flipped and turned as config.augment says. Validation: every patch once, as
  /// it is; the last batch may be smaller. `cache` has the same config and may be shared.
  /// `shared`: the pairs serve for both, each with patches of its own for either.
  /// Errors: kInvalidArgument from validate and validate_against; no pairs.
  static Result<CareBatchMaker> create(std::vector<RestorationPair> pairs,
                                       const TrainConfig& config, std::shared_ptr<PairCache> cache,
                                       Use use, bool shared = false);

  /// Errors of reading a file name the file and how to mend it.
  Result<RestorationBatch> make(std::int64_t number) const;

  int channels_in() const { return static_cast<int>(pairs_.front().low_shape.c); }
  int channels_out() const { return static_cast<int>(pairs_.front().high_shape.c); }
  /// All of them: `pairs` times those of one.
  std::int64_t patch_count() const { return patches_; }
  /// Batches of one validation round; 0 for training, which never ends.
  std::int64_t batch_count() const;

 private:
  CareBatchMaker(std::vector<RestorationPair> pairs, const TrainConfig& config,
                 std::shared_ptr<PairCache> cache, Use use, bool shared);

  std::vector<RestorationPair> pairs_;
  TrainConfig config_;
  std::shared_ptr<PairCache> cache_;
  Use use_;
  std::int64_t first_ = 0, per_pair_ = 0;  ///< which patches of each pair
  std::int64_t patches_ = 0;
  PatchSampler sampler_;
};

/// Training batches prefetched by config.loader_threads threads, config.prefetch ahead: all, or a
/// process's share of them.
std::unique_ptr<RestorationBatchSource> make_training_source(CareBatchMaker maker,
                                                             const TrainConfig& config,
                                                             const BatchShare& share = {});

}  // namespace karyo
