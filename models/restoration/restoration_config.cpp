#include "models/restoration/restoration_config.h"

#include <vector>

#include "models/n2v/blind_spots.h"

namespace karyo {
namespace {

// Keras' own, which n2v leaves as it is.
constexpr double kN2vMinDelta = 1e-4;

/// The keys that CARE and Noise2Void share.
CsbdeepConfig with_shared(CsbdeepConfig network, const TrainConfig& config) {
  network.probabilistic = config.model == "care" && config.probabilistic;
  network.unet_residual = config.residual && network.n_channel_in == network.n_channel_out;
  network.unet_n_depth = static_cast<int>(config.unet_depth);
  network.unet_kern_size = static_cast<int>(config.kernel);
  network.unet_n_first = static_cast<int>(config.filters);
  network.train_loss = resolved_loss(config);
  network.train_epochs = static_cast<int>(config.epochs);
  network.train_steps_per_epoch = static_cast<int>(config.steps);
  network.train_learning_rate = config.lr;
  network.train_batch_size = static_cast<int>(config.batch);
  network.train_tensorboard = false;
  network.train_reduce_lr =
      ReduceLearningRate{config.reduce_lr_factor, static_cast<int>(config.reduce_lr_patience),
                         config.model == "n2v" ? kN2vMinDelta : 0};
  return network;
}

}  // namespace

CsbdeepConfig care_config(const TrainConfig& config, int channels_in, int channels_out) {
  return with_shared(CsbdeepConfig::care(static_cast<int>(config.dims), channels_in, channels_out),
                     config);
}

Result<CsbdeepConfig> n2v_config(const TrainConfig& config, const ChannelStatistics& statistics) {
  auto network = with_shared(
      CsbdeepConfig::noise2void(
          static_cast<int>(config.dims),
          std::vector<double>(statistics.means.begin(), statistics.means.end()),
          std::vector<double>(statistics.deviations.begin(), statistics.deviations.end())),
      config);
  network.unet_residual = network.unet_residual && network.n_channel_in == 1;
  N2vConfig& n2v = *network.n2v;
  n2v.batch_norm = config.batch_norm;
  n2v.perc_pix = config.perc_pix;
  n2v.patch_shape = {static_cast<int>(config.patch.y), static_cast<int>(config.patch.x)};
  n2v.manipulator = resolved_manipulator(config.manipulator, config.n2v2);
  n2v.neighborhood_radius = static_cast<int>(config.radius);
  n2v.single_net_per_channel = config.net_per_channel;
  n2v.blurpool = n2v.skip_skipone = config.n2v2;
  KARYO_TRY(const auto mask, parse_neighbour_mask(config.struct_mask, config.dims));
  if (!mask.empty()) {
    n2v.struct_mask =
        StructMask{{static_cast<int>(mask.shape.y), static_cast<int>(mask.shape.x)}, mask.values};
  }
  if (config.dims == 3) {
    n2v.patch_shape.insert(n2v.patch_shape.begin(), static_cast<int>(config.patch.z));
    if (n2v.struct_mask) {
      n2v.struct_mask->shape.insert(n2v.struct_mask->shape.begin(), static_cast<int>(mask.shape.z));
    }
  }
  return network;
}

}  // namespace karyo
