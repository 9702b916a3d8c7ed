#pragma once

/// From a dataset's files to StarDist batches: sample, crop, augment, compute targets.
///
/// Batch n is a pure function of (pairs, config, n): any thread may make any batch in any order.
/// Spec: stardist 0.9.2 StarDistData2D, StarDistData3D; see patch_sampler.h, augment.h.
///
/// What is ignored (kIgnoredLabel) counts as background where objects are measured, so an object
/// ends there; then its probability is set to -1, which the loss leaves out. The image below it
/// stays: the network sees it around what is known, as it will in prediction.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/dataset/class_table.h"
#include "core/dataset/dataset_folder.h"
#include "models/stardist/anisotropy.h"
#include "models/stardist/rays.h"
#include "models/train/augment.h"
#include "models/train/batch.h"
#include "models/train/batch_source.h"
#include "models/train/image_cache.h"
#include "models/train/patch_sampler.h"
#include "models/train/train_config.h"
#include "models/train/worker_place.h"

namespace karyo {

namespace stardist {
class ShapeDevice;
}

/// Reads with the config's percentiles and patch, within its budget.
std::shared_ptr<ImageCache> make_image_cache(const TrainConfig& config);

/// Thread-safe.
class StarDistBatchMaker {
 public:
  enum class Use { kTraining, kValidation };

  /// Training: endless, augmented. Validation: val_patches patches (0: one a pair), the same ones
  /// whenever asked, not augmented; the last batch may be smaller.
  /// `cache` comes from make_image_cache with the same config and may be shared. In 3D the config's
  /// anisotropy is in numbers. `classes` has the numbers by label of each pair; empty: none are
  /// learned.
  /// Errors: kInvalidArgument from validate_against; no pairs; images of unlike channel counts.
  static Result<StarDistBatchMaker> create(std::vector<DatasetPair> pairs,
                                           const TrainConfig& config,
                                           std::shared_ptr<ImageCache> cache, Use use,
                                           std::vector<ClassNumbers> classes = {});

  /// A GPU that is asked for star distances first; the batches are the same.
  void use(std::shared_ptr<stardist::ShapeDevice> device) { device_ = std::move(device); }

  /// Errors of reading a file name the file and how to mend it.
  Result<StarDistBatch> make(std::int64_t number) const;

  int channels() const { return channels_; }
  /// Batches of one validation round; 0 for training, which never ends.
  std::int64_t batch_count() const;

 private:
  StarDistBatchMaker(std::vector<DatasetPair> pairs, const TrainConfig& config,
                     std::shared_ptr<ImageCache> cache, Use use);
  Result<Patch> make_patch(std::int64_t sample) const;
  void add_targets(Patch& patch, StarDistBatch& batch) const;
  void add_classes(const Patch& patch, std::int64_t sample, StarDistBatch& batch) const;

  std::vector<DatasetPair> pairs_;
  TrainConfig config_;
  std::shared_ptr<ImageCache> cache_;
  Use use_;
  PatchSampler sampler_;
  stardist::Extents anisotropy_{1, 1, 1};  ///< in 3D
  stardist::Rays3d rays_;                  ///< in 3D
  int channels_ = 1;
  std::int64_t samples_ = 0;  ///< of a validation round
  std::vector<ClassNumbers> classes_;
  std::shared_ptr<stardist::ShapeDevice> device_;
};

/// Training batches prefetched by config.loader_threads threads, config.prefetch ahead: all, or a
/// process's share of them.
std::unique_ptr<StarDistBatchSource> make_training_source(StarDistBatchMaker maker,
                                                          const TrainConfig& config,
                                                          const BatchShare& share = {});

}  // namespace karyo
