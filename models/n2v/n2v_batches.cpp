#include "models/n2v/n2v_batches.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/dataset/dataset_folder.h"
#include "models/train/augment.h"
#include "models/train/cut.h"

namespace karyo {
namespace {

/// Validation draws from a stream of its own, so that its blind spots do not depend on training's.
constexpr std::uint64_t kValidationStream = 0x76616c6964617465;

}  // namespace

Result<N2vSplit> split_patches(const std::vector<ImageFile>& images, const TrainConfig& config) {
  const auto units = n2v_units(images, config.dims);
  std::vector<ImageSize> sizes;
  for (const auto& unit : units) {
    sizes.push_back({images[static_cast<std::size_t>(unit.file)].path.string(), unit.shape});
  }
  KARYO_CHECK_OK(validate_against(config, sizes));
  KARYO_TRY(const auto split, split_dataset(static_cast<std::int64_t>(units.size()), config.val,
                                            static_cast<std::uint64_t>(config.seed)));
  if (!split.shared) {
    const auto chosen = [&](const std::vector<std::int64_t>& positions) {
      std::vector<N2vUnit> part;
      for (const auto at : positions) part.push_back(units[static_cast<std::size_t>(at)]);
      return part;
    };
    const auto training = chosen(split.train);
    N2vSplit parts{N2vPatches(training, config), N2vPatches(chosen(split.validation), config),
                   training, 0, 0};
    parts.validation_count = parts.validation.count();
    return parts;
  }
  N2vSplit parts{N2vPatches(units, config), N2vPatches(units, config), units, 0, 0};
  const std::int64_t count = parts.training.count();
  if (count < 2) {
    return Error(ErrorCode::kInvalidArgument,
                 "the only image holds a single patch; training and validation need one each",
                 "Choose a smaller --patch, 2 or more --patches-per-image, or add images.");
  }
  const auto wanted = std::llround(config.val * static_cast<double>(count));
  parts.validation_count = std::clamp<std::int64_t>(wanted, 1, count - 1);
  parts.first_training = parts.validation_count;
  return parts;
}

Result<N2vBatchMaker> N2vBatchMaker::create(N2vPatches patches, std::int64_t first,
                                            std::int64_t count, const TrainConfig& config,
                                            ChannelStatistics statistics,
                                            std::shared_ptr<N2vImages> images, Use use) {
  KARYO_CHECK_OK(validate(config));
  KARYO_TRY(const auto manipulator,
            manipulator_from(resolved_manipulator(config.manipulator, config.n2v2)));
  KARYO_TRY(auto mask, parse_neighbour_mask(config.struct_mask, config.dims));
  return N2vBatchMaker(std::move(patches), first, count, config, std::move(statistics),
                       std::move(images), use, manipulator, std::move(mask));
}

N2vBatchMaker::N2vBatchMaker(N2vPatches patches, std::int64_t first, std::int64_t count,
                             const TrainConfig& config, ChannelStatistics statistics,
                             std::shared_ptr<N2vImages> images, Use use, Manipulator manipulator,
                             NeighbourMask mask)
    : patches_(std::move(patches)),
      first_(first),
      count_(count),
      config_(config),
      statistics_(std::move(statistics)),
      images_(std::move(images)),
      use_(use),
      manipulator_(manipulator),
      mask_(std::move(mask)),
      sampler_(count, static_cast<std::uint64_t>(config.seed) ^
                          (use == Use::kValidation ? kValidationStream : 0)) {}

std::int64_t N2vBatchMaker::batch_count() const {
  return use_ == Use::kTraining ? 0 : (count_ + config_.batch - 1) / config_.batch;
}

Result<std::vector<float>> N2vBatchMaker::cut(std::int64_t patch) const {
  const N2vPlace place = patches_.at(first_ + patch);
  KARYO_TRY(const auto image, images_->get(place.file));
  const std::size_t channels = statistics_.means.size();
  std::vector<float> pixels(channels * static_cast<std::size_t>(config_.patch.count()));
  float* out = pixels.data();
  for (std::size_t c = 0; c < channels; ++c) {
    const float mean = statistics_.means[c], deviation = statistics_.deviations[c];
    out = cut_box(image->volume, place.t, static_cast<std::int64_t>(c), place.box, out,
                  [=](float value) { return (value - mean) / deviation; });
  }
  return pixels;
}

Result<RestorationBatch> N2vBatchMaker::make(std::int64_t number) const {
  const bool training = use_ == Use::kTraining;
  const std::int64_t start = number * config_.batch;
  const Index3 size = config_.patch;
  const auto voxels = static_cast<std::size_t>(size.count());
  RestorationBatch batch;
  batch.batch = training ? config_.batch : std::min(config_.batch, count_ - start);
  batch.channels_in = batch.channels_out = static_cast<std::int64_t>(statistics_.means.size());
  batch.size = size;
  const auto all = static_cast<std::size_t>(batch.batch * batch.channels_in) * voxels;
  batch.target.assign(all, 0);
  batch.mask.assign(all, 0);
  for (std::int64_t i = start; i < start + batch.batch; ++i) {
    KARYO_TRY(auto pixels, cut(training ? sampler_.image_of(i) : i));
    Random random = sampler_.random_of(i);
    if (training) {
      orient_planes(pixels, size.y, size.x,
                    draw_orientation(random, config_.augment, size.y == size.x));
    }
    std::vector<Index3> spots;
    for (std::int64_t c = 0; c < batch.channels_in; ++c) {
      if (training || c == 0) spots = blind_spots(size, config_.dims, config_.perc_pix, random);
      const std::span<float> patch(pixels.data() + static_cast<std::size_t>(c) * voxels, voxels);
      const auto hidden = hide(patch, size, spots, manipulator_, config_.radius, random);
      if (training) hide_neighbours(patch, size, spots, mask_, random);
      const auto offset = static_cast<std::size_t>((i - start) * batch.channels_in + c) * voxels;
      for (std::size_t k = 0; k < spots.size(); ++k) {
        const Index3 at = spots[k];
        const auto place =
            offset + static_cast<std::size_t>((at.z * size.y + at.y) * size.x + at.x);
        batch.target[place] = hidden[k];
        batch.mask[place] = 1;
      }
    }
    batch.image.insert(batch.image.end(), pixels.begin(), pixels.end());
  }
  return batch;
}

std::unique_ptr<RestorationBatchSource> make_training_source(N2vBatchMaker maker,
                                                             const TrainConfig& config,
                                                             const BatchShare& share) {
  const auto shared = std::make_shared<const N2vBatchMaker>(std::move(maker));
  return std::make_unique<RestorationBatchSource>(
      [shared, share](std::int64_t number) { return shared->make(share.batch(number)); },
      static_cast<int>(config.loader_threads), static_cast<int>(config.prefetch));
}

}  // namespace karyo
