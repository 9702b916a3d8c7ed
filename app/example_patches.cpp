// What a network will be shown, as pictures (app/training_outlook.h).

#include <algorithm>
#include <cmath>
#include <functional>

#include "app/training_outlook.h"
#include "core/dataset/image_folder.h"
#include "core/dataset/restoration_folder.h"
#include "models/care/care_batches.h"
#include "models/n2v/n2v_batches.h"
#include "models/train/batch_maker.h"

namespace karyo {
namespace {

using Values = std::vector<float>;

/// The same patches twice: one place of a patch is drawn before anything else is.
TrainConfig unchanged(TrainConfig config) {
  config.augment = AugmentSet::none();
  return config;
}

/// (N, C, Z, Y, X) values.
struct Stack {
  const Values& values;
  std::int64_t channels = 1, depth = 1, height = 0, width = 0;
};

/// The middle plane of sample n, channels averaged.
Values plane_of(const Stack& stack, std::int64_t n) {
  const std::int64_t plane = stack.height * stack.width;
  Values mean(static_cast<std::size_t>(plane));
  for (std::int64_t c = 0; c < stack.channels; ++c) {
    const float* from =
        stack.values.data() + ((n * stack.channels + c) * stack.depth + stack.depth / 2) * plane;
    for (std::int64_t i = 0; i < plane; ++i) {
      mean[static_cast<std::size_t>(i)] += from[i] / static_cast<float>(stack.channels);
    }
  }
  return mean;
}

/// From what is dark in `range` to what is bright there.
std::vector<std::uint8_t> grey(const Values& plane, const Values& range) {
  Values sorted = range;
  std::sort(sorted.begin(), sorted.end());
  const float low = sorted[sorted.size() / 100],
              high = sorted[sorted.size() - 1 - sorted.size() / 500];
  const float span = std::max(high - low, 1e-6f);
  std::vector<std::uint8_t> grey(plane.size());
  std::transform(plane.begin(), plane.end(), grey.begin(), [&](float value) {
    return static_cast<std::uint8_t>(std::clamp((value - low) / span, 0.0f, 1.0f) * 255 + 0.5f);
  });
  return grey;
}

Result<std::vector<ExamplePatch>> of_stardist(const PlannedTraining& planned, TrainConfig config,
                                              std::int64_t number) {
  if (is_auto(config.grid)) config.grid = {1, 2, 2};
  if (config.dims == 3 && config.anisotropy == "auto") config.anisotropy = "1,1,1";
  KARYO_TRY(const auto dataset, open_dataset(planned.data, config.dims, names_of(planned.only)));
  KARYO_CHECK_OK(dataset.usable());
  const auto cache = make_image_cache(config);
  const auto batch_of = [&](const TrainConfig& with) -> Result<StarDistBatch> {
    KARYO_TRY(const auto maker, StarDistBatchMaker::create(dataset.pairs, with, cache,
                                                           StarDistBatchMaker::Use::kTraining));
    return maker.make(number);
  };
  KARYO_TRY(const auto plain, batch_of(unchanged(config)));
  KARYO_TRY(const auto changed, batch_of(config));
  const auto stack = [](const StarDistBatch& batch) {
    return Stack{batch.image, batch.channels, batch.depth, batch.height, batch.width};
  };
  std::vector<ExamplePatch> patches;
  for (std::int64_t n = 0; n < plain.batch; ++n) {
    const Values as_is = plane_of(stack(plain), n);
    const Values prob =
        plane_of({changed.prob, 1, changed.grid_depth, changed.grid_height, changed.grid_width}, n);
    ExamplePatch patch{changed.height,
                       changed.width,
                       grey(as_is, as_is),
                       grey(plane_of(stack(changed), n), as_is),
                       {}};
    patch.goal.resize(patch.changed.size());
    for (std::int64_t y = 0; y < patch.height; ++y) {
      for (std::int64_t x = 0; x < patch.width; ++x) {
        const auto at = y / config.grid.y * changed.grid_width + x / config.grid.x;
        patch.goal[static_cast<std::size_t>(y * patch.width + x)] = static_cast<std::uint8_t>(
            255 * std::clamp(prob[static_cast<std::size_t>(at)], 0.0f, 1.0f));
      }
    }
    patches.push_back(std::move(patch));
  }
  return patches;
}

Stack image_of(const RestorationBatch& batch) {
  return {batch.image, batch.channels_in, batch.size.z, batch.size.y, batch.size.x};
}

Result<std::vector<ExamplePatch>> of_care(const PlannedTraining& planned, const TrainConfig& config,
                                          std::int64_t number) {
  KARYO_TRY(const auto dataset, open_restoration(planned.data, config.dims));
  KARYO_CHECK_OK(dataset.usable());
  const auto cache = std::make_shared<PairCache>(config);
  const auto batch_of = [&](const TrainConfig& with) -> Result<RestorationBatch> {
    KARYO_TRY(const auto maker,
              CareBatchMaker::create(dataset.pairs, with, cache, CareBatchMaker::Use::kTraining,
                                     dataset.pairs.size() == 1));
    return maker.make(number);
  };
  KARYO_TRY(const auto plain, batch_of(unchanged(config)));
  KARYO_TRY(const auto changed, batch_of(config));
  std::vector<ExamplePatch> patches;
  for (std::int64_t n = 0; n < plain.batch; ++n) {
    const Values as_is = plane_of(image_of(plain), n);
    const Values goal = plane_of(
        {changed.target, changed.channels_out, changed.size.z, changed.size.y, changed.size.x}, n);
    patches.push_back({changed.size.y, changed.size.x, grey(as_is, as_is),
                       grey(plane_of(image_of(changed), n), as_is), grey(goal, goal)});
  }
  return patches;
}

Result<std::vector<ExamplePatch>> of_n2v(const PlannedTraining& planned, const TrainConfig& config,
                                         std::int64_t number, TaskControl& control) {
  KARYO_TRY(const auto dataset, open_images(planned.data, config.dims));
  KARYO_CHECK_OK(dataset.usable());
  KARYO_TRY(const auto split, split_patches(dataset.images, config));
  const auto images =
      std::make_shared<N2vImages>(dataset.images, static_cast<std::size_t>(config.cache_mib) << 20);
  KARYO_TRY(const auto statistics, measure(split.training, split.first_training, *images, control));
  KARYO_TRY(const auto maker,
            N2vBatchMaker::create(split.training, split.first_training,
                                  split.training.count() - split.first_training, config, statistics,
                                  images, N2vBatchMaker::Use::kTraining));
  KARYO_TRY(const auto changed, maker.make(number));
  // Where pixels are hidden, the target has them.
  Values whole = changed.image;
  for (std::size_t i = 0; i < whole.size() && i < changed.mask.size(); ++i) {
    if (changed.mask[i] > 0) whole[i] = changed.target[i];
  }
  const Stack as_is{whole, changed.channels_in, changed.size.z, changed.size.y, changed.size.x};
  std::vector<ExamplePatch> patches;
  for (std::int64_t n = 0; n < changed.batch; ++n) {
    const Values plain = plane_of(as_is, n);
    patches.push_back({changed.size.y,
                       changed.size.x,
                       grey(plain, plain),
                       grey(plane_of(image_of(changed), n), plain),
                       {}});
  }
  return patches;
}

}  // namespace

Result<std::vector<ExamplePatch>> example_patches(const PlannedTraining& planned,
                                                  std::int64_t number, std::int64_t most,
                                                  TaskControl& control) {
  control.report(0, "Making example patches");
  TrainConfig config = planned.config;
  config.batch = most;
  config.classes = "none";
  return config.model == "care"  ? of_care(planned, config, number)
         : config.model == "n2v" ? of_n2v(planned, config, number, control)
                                 : of_stardist(planned, config, number);
}

}  // namespace karyo
