#include "models/restoration/restore_volume.h"

#include <algorithm>
#include <vector>

#include "core/image/normalize.h"
#include "models/nn/memory_probe.h"
#include "models/restoration/restoration_predict.h"
#include "models/train/cut.h"

namespace karyo {

Result<Volume> restore_volume(const RestorationModel& model, const Volume& image,
                              const Device& device, TaskControl& control) {
  const CsbdeepConfig& config = model.config();
  const VolumeShape shape = image.shape();
  if (shape.c < config.n_channel_in) {
    return Error(ErrorCode::kInvalidArgument,
                 "the image has " + std::to_string(shape.c) + " channels, the network takes " +
                     std::to_string(config.n_channel_in),
                 "Give an image with the channels that the model was trained with.");
  }
  std::vector<ChannelScale> percentiles;
  for (int c = 0; c < config.n_channel_in && !config.n2v; ++c) {
    percentiles.push_back(
        percentile_scale(image, 0, c, kRestorationLowPercent, kRestorationHighPercent));
  }
  auto settings = restoration_settings(model, std::move(percentiles));
  settings.memory_bytes = tile_budget_bytes(device);
  const Restoration run(model, shape.zyx(), std::move(settings), device, Precision::kFloat32);

  Volume restored(VoxelType::kFloat32, {1, config.n_channel_out, shape.z, shape.y, shape.x},
                  image.grid);
  const auto read = [&](std::int64_t channel, const Box3& box, float* to) -> Result<void> {
    cut_box(image, 0, channel, box, to, [](float value) { return value; });
    return {};
  };
  const auto take = [&](std::int64_t channel, const Box3& box, const float* values) {
    if (channel >= config.n_channel_out) return;
    const auto to = restored.view<float>(0, channel).crop(box);
    for (std::int64_t z = 0; z < to.shape().z; ++z) {
      for (std::int64_t y = 0; y < to.shape().y; ++y, values += to.shape().x) {
        std::copy_n(values, to.shape().x, to.row(z, y));
      }
    }
  };
  KARYO_CHECK_OK(run.run(read, take, control));
  return restored;
}

}  // namespace karyo
