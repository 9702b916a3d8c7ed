#include "models/train/batch_maker.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "core/labels/label_volume.h"
#include "models/stardist/object_probability.h"
#include "models/stardist/star_distances.h"
#include "models/train/warp.h"

namespace karyo {
namespace {

/// Validation draws from a stream of its own, so that its patches do not depend on the training's.
constexpr std::uint64_t kValidationStream = 0x76616c6964617465;

/// A box of the given size as near to being centred on `centre` as the image allows.
Box3 box_around(Index3 centre, Index3 size, Index3 image) {
  const auto begin_of = [](std::int64_t middle, std::int64_t extent, std::int64_t limit) {
    return std::clamp<std::int64_t>(middle - extent / 2, 0, limit - extent);
  };
  const Index3 begin{begin_of(centre.z, size.z, image.z), begin_of(centre.y, size.y, image.y),
                     begin_of(centre.x, size.x, image.x)};
  return {begin, begin + size};
}

Patch cut(const TrainingImage& image, const Box3& box) {
  const Index3 size = box.shape();
  Patch patch{image.channels(), size.y, size.x, {}, {}, size.z};
  patch.pixels.resize(static_cast<std::size_t>(patch.channels * size.count()));
  patch.labels.resize(static_cast<std::size_t>(size.count()));
  for (int c = 0; c < image.channels(); ++c) {
    image.copy_pixels(c, box, patch.pixels.data() + c * size.count());
  }
  image.copy_labels(box, patch.labels.data());
  return patch;
}

/// Every step-th value of each axis: what the network's grid sees.
template <typename T>
Array3<std::remove_const_t<T>> sub_sampled(VolumeView<T> values, Index3 grid) {
  const Index3 shape = values.shape();
  Array3<std::remove_const_t<T>> small({stardist::grid_extent(shape.z, static_cast<int>(grid.z)),
                                        stardist::grid_extent(shape.y, static_cast<int>(grid.y)),
                                        stardist::grid_extent(shape.x, static_cast<int>(grid.x))});
  for (std::int64_t z = 0; z < small.shape().z; ++z) {
    for (std::int64_t y = 0; y < small.shape().y; ++y) {
      for (std::int64_t x = 0; x < small.shape().x; ++x) {
        small(z, y, x) = values(z * grid.z, y * grid.y, x * grid.x);
      }
    }
  }
  return small;
}

}  // namespace

/// Appends the targets of one patch. Spec: stardist 0.9.2, negative labels. In 2D the probability
/// is of the labels on the grid, in 3D of all labels and sub-sampled afterwards.
void StarDistBatchMaker::add_targets(Patch& patch, StarDistBatch& batch) const {
  const LabelView labels(patch.labels.data(), {patch.depth, patch.height, patch.width});
  const Index3 grid = config_.grid;
  LabelArray on_grid = sub_sampled(labels, grid);
  const LabelArray as_drawn = on_grid;
  std::replace(patch.labels.begin(), patch.labels.end(), kIgnoredLabel, 0U);
  std::replace(on_grid.begin(), on_grid.end(), kIgnoredLabel, 0U);
  // One thread: batches are made side by side already, next to the training step.
  std::vector<float> prob, dist;
  if (config_.dims == 3) {
    const auto fine = stardist::object_probability_3d(labels, anisotropy_, 1);
    const auto coarse = sub_sampled(VolumeView<const float>(fine.data(), labels.shape()), grid);
    prob.assign(coarse.begin(), coarse.end());
    dist = stardist::star_distances_3d(labels, rays_, grid, 1, device_.get());
  } else {
    prob = stardist::object_probability_2d(on_grid.view());
    dist = stardist::star_distances_2d(
        labels, batch.rays, {static_cast<int>(grid.y), static_cast<int>(grid.x)}, 1, device_.get());
  }
  batch.mask.insert(batch.mask.end(), prob.begin(), prob.end());
  std::transform(as_drawn.begin(), as_drawn.end(), prob.begin(), std::back_inserter(batch.prob),
                 [](std::uint32_t id, float p) { return id == kIgnoredLabel ? -1.f : p; });
  batch.dist.insert(batch.dist.end(), dist.begin(), dist.end());
}

/// Where each entry of a grid axis looks: scipy's zoom of order 0 by 1 / step, which stretches the
/// axis so that first and last entries meet. Spec: stardist 0.9.2, mask_to_categorical and zoom.
std::vector<std::int64_t> zoomed_places(std::int64_t extent, std::int64_t on_grid) {
  std::vector<std::int64_t> places;
  const double step =
      on_grid > 1 ? static_cast<double>(extent - 1) / static_cast<double>(on_grid - 1) : 0;
  for (std::int64_t i = 0; i < on_grid; ++i) {
    places.push_back(static_cast<std::int64_t>(std::floor(static_cast<double>(i) * step + 0.5)));
  }
  return places;
}

void StarDistBatchMaker::add_classes(const Patch& patch, std::int64_t sample,
                                     StarDistBatch& batch) const {
  const auto& numbers = classes_[static_cast<std::size_t>(sampler_.image_of(sample))];
  const LabelView labels(patch.labels.data(), {patch.depth, patch.height, patch.width});
  const auto rows = zoomed_places(patch.height, batch.grid_height);
  const auto columns = zoomed_places(patch.width, batch.grid_width);
  for (const std::int64_t z : zoomed_places(patch.depth, batch.grid_depth)) {
    for (const std::int64_t y : rows) {
      for (const std::int64_t x : columns) {
        const std::uint32_t id = labels(z, y, x);
        const auto known = numbers.find(id);
        batch.classes.push_back(id == 0 ? 0 : known == numbers.end() ? -1 : known->second);
      }
    }
  }
}

std::shared_ptr<ImageCache> make_image_cache(const TrainConfig& config) {
  return std::make_shared<ImageCache>(
      ImageCache::Options{static_cast<std::size_t>(config.cache_mib) << 20, config.percentile_low,
                          config.percentile_high, config.patch});
}

Result<StarDistBatchMaker> StarDistBatchMaker::create(std::vector<DatasetPair> pairs,
                                                      const TrainConfig& config,
                                                      std::shared_ptr<ImageCache> cache, Use use,
                                                      std::vector<ClassNumbers> classes) {
  KARYO_CHECK_OK(validate(config));
  if (config.dims == 3) {
    if (const auto known = stardist::parse_anisotropy(config.anisotropy); !known)
      return known.error();
  }
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
  StarDistBatchMaker maker(std::move(pairs), config, std::move(cache), use);
  maker.classes_ = std::move(classes);
  return maker;
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
  if (config.dims == 3) {
    anisotropy_ = stardist::parse_anisotropy(config.anisotropy).value();
    rays_ = stardist::golden_spiral(static_cast<int>(config.rays), anisotropy_);
  }
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
  if (augment.turn > 0 || augment.elastic > 0) {
    const Warp warp = draw_warp(random, augment, size.y, size.x);
    const PlaneExtent wanted = seen_by(warp, size.y, size.x);
    const Index3 whole = image->shape();
    const Index3 centre{corner.z + size.z / 2, corner.y + size.y / 2, corner.x + size.x / 2};
    const Index3 seen{size.z, std::min(wanted.height, whole.y), std::min(wanted.width, whole.x)};
    patch = warped(cut(*image, box_around(centre, seen, whole)), size.y, size.x, warp);
  } else if (augment.zoom > 0) {
    const double factor = draw_zoom(random, augment.zoom);
    const auto needed = [&](std::int64_t extent, std::int64_t limit) {
      const auto wanted =
          static_cast<std::int64_t>(std::ceil(static_cast<double>(extent) / factor)) + 2;
      return std::min(wanted, limit);
    };
    const Index3 centre{corner.z + size.z / 2, corner.y + size.y / 2, corner.x + size.x / 2};
    const Index3 seen{size.z, needed(size.y, image->shape().y), needed(size.x, image->shape().x)};
    patch = zoomed(cut(*image, box_around(centre, seen, image->shape())), size.y, size.x, factor);
  } else {
    patch = cut(*image, box);
  }
  orient(patch, draw_orientation(random, augment, size.y == size.x));
  if (augment.intensity > 0) change_intensity(patch, random, augment.intensity);
  if (augment.blur > 0) blur(patch, random.uniform(0, kBlurSigma * augment.blur));
  if (augment.noise > 0) add_noise(patch, random, augment.noise);
  return patch;
}

Result<StarDistBatch> StarDistBatchMaker::make(std::int64_t number) const {
  const std::int64_t first = number * config_.batch;
  std::int64_t count = config_.batch;
  if (use_ == Use::kValidation) count = std::min(count, samples_ - first);
  const Index3 grid = config_.grid;
  StarDistBatch batch;
  batch.batch = static_cast<int>(count);
  batch.channels = channels_;
  batch.height = static_cast<int>(config_.patch.y);
  batch.width = static_cast<int>(config_.patch.x);
  batch.depth = static_cast<int>(config_.patch.z);
  const auto on_grid = [](int extent, std::int64_t step) {
    return static_cast<int>(stardist::grid_extent(extent, static_cast<int>(step)));
  };
  batch.grid_depth = on_grid(batch.depth, grid.z);
  batch.grid_height = on_grid(batch.height, grid.y);
  batch.grid_width = on_grid(batch.width, grid.x);
  batch.rays = static_cast<int>(config_.rays);
  const auto targets = static_cast<std::size_t>(std::int64_t{batch.grid_depth} * batch.grid_height *
                                                batch.grid_width);
  const auto rays = static_cast<std::size_t>(batch.rays);
  batch.dist.reserve(static_cast<std::size_t>(count) * rays * targets);
  for (std::int64_t i = 0; i < count; ++i) {
    KARYO_TRY(Patch patch, make_patch(first + i));
    batch.image.insert(batch.image.end(), patch.pixels.begin(), patch.pixels.end());
    if (!classes_.empty()) add_classes(patch, first + i, batch);
    add_targets(patch, batch);
  }
  return batch;
}

std::unique_ptr<StarDistBatchSource> make_training_source(StarDistBatchMaker maker,
                                                          const TrainConfig& config,
                                                          const BatchShare& share) {
  const auto shared = std::make_shared<const StarDistBatchMaker>(std::move(maker));
  return std::make_unique<StarDistBatchSource>(
      [shared, share](std::int64_t number) { return shared->make(share.batch(number)); },
      static_cast<int>(config.loader_threads), static_cast<int>(config.prefetch));
}

}  // namespace karyo
