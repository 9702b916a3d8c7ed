#include "models/care/care_batches.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/train/augment.h"
#include "models/train/warp.h"

namespace karyo {

Result<CareBatchMaker> CareBatchMaker::create(std::vector<RestorationPair> pairs,
                                              const TrainConfig& config,
                                              std::shared_ptr<PairCache> cache, Use use,
                                              bool shared) {
  KARYO_CHECK_OK(validate(config));
  std::vector<ImageSize> sizes;
  for (const auto& pair : pairs) sizes.push_back({pair.low.string(), pair.low_shape.zyx()});
  KARYO_CHECK_OK(validate_against(config, sizes));
  if (shared && config.patches_per_image < 2) {
    return Error(ErrorCode::kInvalidArgument,
                 "a single pair with one patch cannot serve for training and validation",
                 "Choose 2 or more for --patches-per-image, or add pairs.");
  }
  return CareBatchMaker(std::move(pairs), config, std::move(cache), use, shared);
}

CareBatchMaker::CareBatchMaker(std::vector<RestorationPair> pairs, const TrainConfig& config,
                               std::shared_ptr<PairCache> cache, Use use, bool shared)
    : pairs_(std::move(pairs)),
      config_(config),
      cache_(std::move(cache)),
      use_(use),
      per_pair_(config.patches_per_image),
      sampler_(1, 0) {
  if (shared) {
    const auto wanted = std::llround(config.val * static_cast<double>(per_pair_));
    const auto kept = std::clamp<std::int64_t>(wanted, 1, per_pair_ - 1);
    first_ = use == Use::kTraining ? 0 : per_pair_ - kept;
    per_pair_ = use == Use::kTraining ? per_pair_ - kept : kept;
  }
  patches_ = per_pair_ * static_cast<std::int64_t>(pairs_.size());
  sampler_ = PatchSampler(patches_, static_cast<std::uint64_t>(config.seed));
}

std::int64_t CareBatchMaker::batch_count() const {
  return use_ == Use::kTraining ? 0 : (patches_ + config_.batch - 1) / config_.batch;
}

Result<RestorationBatch> CareBatchMaker::make(std::int64_t number) const {
  const bool training = use_ == Use::kTraining;
  const std::int64_t start = number * config_.batch;
  RestorationBatch batch;
  batch.batch = training ? config_.batch : std::min(config_.batch, patches_ - start);
  batch.channels_in = channels_in();
  batch.channels_out = channels_out();
  batch.size = config_.patch;
  const Index3 size = config_.patch;
  std::vector<float> low(static_cast<std::size_t>(batch.channels_in * size.count()));
  std::vector<float> high(static_cast<std::size_t>(batch.channels_out * size.count()));
  for (std::int64_t i = start; i < start + batch.batch; ++i) {
    const std::int64_t patch = training ? sampler_.image_of(i) : i;
    KARYO_TRY(const auto patches, cache_->get(pairs_[static_cast<std::size_t>(patch / per_pair_)]));
    patches->copy_low(first_ + patch % per_pair_, low.data());
    patches->copy_high(first_ + patch % per_pair_, high.data());
    if (training) {
      Random random = sampler_.random_of(i);
      const Orientation how = draw_orientation(random, config_.augment, size.y == size.x);
      orient_planes(low, size.y, size.x, how);
      orient_planes(high, size.y, size.x, how);
      if (config_.augment.warps()) {
        const Warp warp = draw_warp(random, config_.augment, size.y, size.x);
        warp_planes(low, size.y, size.x, warp);
        warp_planes(high, size.y, size.x, warp);
      }
    }
    batch.image.insert(batch.image.end(), low.begin(), low.end());
    batch.target.insert(batch.target.end(), high.begin(), high.end());
  }
  return batch;
}

std::unique_ptr<RestorationBatchSource> make_training_source(CareBatchMaker maker,
                                                             const TrainConfig& config,
                                                             const BatchShare& share) {
  const auto shared = std::make_shared<const CareBatchMaker>(std::move(maker));
  return std::make_unique<RestorationBatchSource>(
      [shared, share](std::int64_t number) { return shared->make(share.batch(number)); },
      static_cast<int>(config.loader_threads), static_cast<int>(config.prefetch));
}

}  // namespace karyo
