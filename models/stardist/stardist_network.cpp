#include "models/stardist/stardist_network.h"

#include "models/stardist/anisotropy.h"

namespace karyo {

StarDistConfig network_config(const TrainConfig& config, int channels, int classes) {
  const auto axes = [&](Index3 value) {
    std::vector<int> list{static_cast<int>(value.z), static_cast<int>(value.y),
                          static_cast<int>(value.x)};
    if (config.dims == 2) list.erase(list.begin());
    return list;
  };
  StarDistConfig network = StarDistConfig::defaults_2d();
  if (config.dims == 3) {
    const auto known = stardist::parse_anisotropy(config.anisotropy);
    const auto anisotropy = known ? *known : stardist::Extents{1, 1, 1};
    network = StarDistConfig::defaults_3d(
        static_cast<int>(config.rays), std::vector<double>(anisotropy.begin(), anisotropy.end()));
  }
  network.n_channel_in = channels;
  network.n_rays = static_cast<int>(config.rays);
  network.grid = axes(config.grid);
  network.backbone = config.backbone;
  if (config.backbone == "resnet") {
    network.resnet_n_blocks = static_cast<int>(config.blocks);
    network.resnet_n_filter_base = static_cast<int>(config.filters);
    network.net_conv_after_resnet = static_cast<int>(config.features);
  } else {
    network.unet_n_depth = static_cast<int>(config.unet_depth);
    network.unet_n_filter_base = static_cast<int>(config.filters);
    network.net_conv_after_unet = static_cast<int>(config.features);
  }
  network.train_patch_size = axes(config.patch);
  network.train_background_reg = config.background_reg;
  network.train_foreground_only = config.foreground_only;
  network.train_loss_weights = {config.weight_prob, config.weight_dist};
  if (classes > 0) {
    network.n_classes = classes;
    network.train_loss_weights.push_back(config.weight_class);
    network.train_class_weights.assign(static_cast<std::size_t>(classes) + 1, 1);
  }
  network.train_epochs = static_cast<int>(config.epochs);
  network.train_steps_per_epoch = static_cast<int>(config.steps);
  network.train_learning_rate = config.lr;
  network.train_batch_size = static_cast<int>(config.batch);
  network.train_reduce_lr =
      ReduceLearningRate{config.reduce_lr_factor, static_cast<int>(config.reduce_lr_patience), 0};
  network.train_tensorboard = false;
  return network;
}

}  // namespace karyo
