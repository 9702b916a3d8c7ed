#include "models/train/batch_maker.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/stardist/object_probability.h"
#include "models/stardist/star_distances.h"

namespace karyo {
namespace {

/// Validation draws from a stream of its own, so that its patches do not depend on the training's.
constexpr std::uint64_t kValidationStream = 0x76616c6964617465;

/// A box of the given size as near to being centred on `centre` as the image allows.
Box3 box_around(Index3 centre, Index3 size, Index3 image) {
  const auto begin_of = [](std::int64_t middle, std::int64_t extent, std::int64_t limit) {
    return std::clamp<std::int64_t>(middle - extent / 2, 0, limit - extent);
  };
  const Index3 begin{0, begin_of(centre.y, size.y, image.y), begin_of(centre.x, size.x, image.x)};
  return {begin, begin + size};
}

Patch cut(const TrainingImage& image, const Box3& box) {
  const Index3 size = box.shape();
  Patch patch{image.channels(), size.y, size.x, {}, {}};
  patch.pixels.resize(static_cast<std::size_t>(patch.channels * size.count()));
  patch.labels.resize(static_cast<std::size_t>(size.count()));
  for (int c = 0; c < image.channels(); ++c) {
    image.copy_pixels(c, box, patch.pixels.data() + c * size.count());
  }
  image.copy_labels(box, patch.labels.data());
  return patch;
}

/// Every step-th label of each axis: the labels the network's grid sees.
LabelArray sub_sampled(LabelView labels, stardist::GridStep grid) {
  LabelArray small({1, stardist::grid_extent(labels.shape().y, grid.y),
                    stardist::grid_extent(labels.shape().x, grid.x)});
  for (std::int64_t y = 0; y < small.shape().y; ++y) {
    for (std::int64_t x = 0; x < small.shape().x; ++x) {
      small(0, y, x) = labels(0, y * grid.y, x * grid.x);
    }
  }
  return small;
}

}  // namespace

std::shared_ptr<ImageCache> make_image_cache(const TrainConfig& config) {
  return std::make_shared<ImageCache>(
      ImageCache::Options{static_cast<std::size_t>(config.cache_mib) << 20, config.percentile_low,
                          config.percentile_high, config.patch});
}

Result<StarDistBatchMaker> StarDistBatchMaker::create(std::vector<DatasetPair> pairs,
                                                      const TrainConfig& config,
                                                      std::shared_ptr<ImageCache> cache, Use use) {
  KARYO_CHECK_OK(validate(config));
  std::vector<ImageSize> sizes;
  for (const auto& pair : pairs) sizes.push_back({pair.image.string(), pair.shape.zyx()});
  KARYO_CHECK_OK(validate_against(config, sizes));
  for (const auto& pair : pairs) {
    if (pair.shape.c == pairs.front().shape.c) continue;
    return Error(ErrorCode::kInvalidArgument,
                 "\"" + pair.image.string() + "\" has " + std::to_string(pair.shape.c) +
                     " channels, the images before it " + std::to_string(pairs.front().shape.c),
                 "Save all images with the same channels.");
  }
  return StarDistBatchMaker(std::move(pairs), config, std::move(cache), use);
}

StarDistBatchMaker::StarDistBatchMaker(std::vector<DatasetPair> pairs, const TrainConfig& config,
                                       std::shared_ptr<ImageCache> cache, Use use)
    : pairs_(std::move(pairs)),
      config_(config),
      cache_(std::move(cache)),
      use_(use),
      sampler_(static_cast<std::int64_t>(pairs_.size()),
               static_cast<std::uint64_t>(config.seed) ^
                   (use == Use::kValidation ? kValidationStream : 0)),
      channels_(static_cast<int>(pairs_.front().shape.c)) {
  if (use == Use::kValidation) {
    samples_ =
        config.val_patches > 0 ? config.val_patches : static_cast<std::int64_t>(pairs_.size());
  }
}

std::int64_t StarDistBatchMaker::batch_count() const {
  return (samples_ + config_.batch - 1) / config_.batch;
}

Result<Patch> StarDistBatchMaker::make_patch(std::int64_t sample) const {
  const auto& pair = pairs_[static_cast<std::size_t>(sampler_.image_of(sample))];
  KARYO_TRY(const auto image, cache_->get(pair));
  Random random = sampler_.random_of(sample);
  const Index3 size = config_.patch;
  const Index3 corner = image->positions().draw(random, config_.foreground_only);
  const Box3 box{corner, corner + size};
  if (use_ == Use::kValidation) return cut(*image, box);

  const AugmentSet& augment = config_.augment;
  Patch patch;
  if (augment.zoom) {
    const double factor = random.uniform(kZoomLow, kZoomHigh);
    const auto needed = [&](std::int64_t extent, std::int64_t limit) {
      const auto wanted =
          static_cast<std::int64_t>(std::ceil(static_cast<double>(extent) / factor)) + 2;
      return std::min(wanted, limit);
    };
    const Index3 centre{0, corner.y + size.y / 2, corner.x + size.x / 2};
    const Index3 seen{1, needed(size.y, image->shape().y), needed(size.x, image->shape().x)};
    patch = zoomed(cut(*image, box_around(centre, seen, image->shape())), size.y, size.x, factor);
  } else {
    patch = cut(*image, box);
  }
  orient(patch, draw_orientation(random, augment, size.y == size.x));
  if (augment.intensity) change_intensity(patch, random);
  if (augment.noise) add_noise(patch, random);
  return patch;
}

Result<StarDistBatch> StarDistBatchMaker::make(std::int64_t number) const {
  const std::int64_t first = number * config_.batch;
  std::int64_t count = config_.batch;
  if (use_ == Use::kValidation) count = std::min(count, samples_ - first);
  const stardist::GridStep grid{static_cast<int>(config_.grid.y), static_cast<int>(config_.grid.x)};

  StarDistBatch batch;
  batch.batch = static_cast<int>(count);
  batch.channels = channels_;
  batch.height = static_cast<int>(config_.patch.y);
  batch.width = static_cast<int>(config_.patch.x);
  batch.grid_height = static_cast<int>(stardist::grid_extent(batch.height, grid.y));
  batch.grid_width = static_cast<int>(stardist::grid_extent(batch.width, grid.x));
  batch.rays = static_cast<int>(config_.rays);
  const auto targets =
      static_cast<std::size_t>(batch.grid_height) * static_cast<std::size_t>(batch.grid_width);
  const auto rays = static_cast<std::size_t>(batch.rays);
  batch.dist.reserve(static_cast<std::size_t>(count) * rays * targets);
  for (std::int64_t i = 0; i < count; ++i) {
    KARYO_TRY(const Patch patch, make_patch(first + i));
    batch.image.insert(batch.image.end(), patch.pixels.begin(), patch.pixels.end());
    const LabelView labels(patch.labels.data(), {1, patch.height, patch.width});
    const auto prob = stardist::object_probability_2d(sub_sampled(labels, grid).view());
    batch.prob.insert(batch.prob.end(), prob.begin(), prob.end());
    // One thread: batches are made side by side already, next to the training step.
    const auto dist = stardist::star_distances_2d(labels, batch.rays, grid, 1);
    batch.dist.insert(batch.dist.end(), dist.begin(), dist.end());
  }
  batch.mask = batch.prob;
  return batch;
}

std::unique_ptr<StarDistBatchSource> make_training_source(StarDistBatchMaker maker,
                                                          const TrainConfig& config) {
  const auto shared = std::make_shared<const StarDistBatchMaker>(std::move(maker));
  return std::make_unique<StarDistBatchSource>(
      [shared](std::int64_t number) { return shared->make(number); },
      static_cast<int>(config.loader_threads), static_cast<int>(config.prefetch));
}

}  // namespace karyo
