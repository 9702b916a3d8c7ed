#pragma once

/// config.json of a StarDist model folder, as Python StarDist 0.9.2 writes and reads it.
///
/// Lists with an entry an axis are in the order (Z,) Y, X.
/// Source  stardist 0.9.2, Config2D and Config3D; csbdeep 0.8.2, BaseConfig.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "models/io/config_keys.h"

namespace karyo {

struct StarDistConfig {
  int n_dim = 2;
  int n_channel_in = 1;
  int n_rays = 32;
  std::vector<int> grid{1, 1};                    ///< powers of 2
  std::optional<std::vector<double>> anisotropy;  ///< 3D only
  /// 3D only: the name of the factory and its arguments, for example
  /// {"name": "Rays_GoldenSpiral", "kwargs": {"n": 96, "anisotropy": [2, 1, 1]}}.
  nlohmann::ordered_json rays_json;
  std::string backbone = "unet";  ///< or "resnet" (3D)
  std::optional<int> n_classes;   ///< without background; none: one kind of object

  // backbone "unet"
  int unet_n_depth = 3;
  std::vector<int> unet_kernel_size{3, 3};
  int unet_n_filter_base = 32;
  int unet_n_conv_per_depth = 2;
  std::vector<int> unet_pool{2, 2};
  std::string unet_activation = "relu";
  std::string unet_last_activation = "relu";
  bool unet_batch_norm = false;
  double unet_dropout = 0;
  double unet_expansion = 2;  ///< filters grow by this a level
  std::string unet_prefix;
  int net_conv_after_unet = 128;  ///< 0: no such layer

  // backbone "resnet"
  int resnet_n_blocks = 4;
  std::vector<int> resnet_kernel_size{3, 3, 3};
  std::string resnet_kernel_init = "he_normal";
  int resnet_n_filter_base = 32;
  int resnet_n_conv_per_block = 3;
  std::string resnet_activation = "relu";
  bool resnet_batch_norm = false;
  int net_conv_after_resnet = 128;

  bool train_shape_completion = false;  ///< 2D only
  int train_completion_crop = 32;       ///< 2D only
  std::vector<int> train_patch_size{256, 256};
  double train_background_reg = 1e-4;
  double train_foreground_only = 0.9;
  bool train_sample_cache = true;
  std::string train_dist_loss = "mae";
  std::vector<double> train_loss_weights{1, 0.2};  ///< prob, dist (, prob_class)
  std::vector<double> train_class_weights{1, 1};
  int train_epochs = 400;
  int train_steps_per_epoch = 100;
  double train_learning_rate = 0.0003;
  int train_batch_size = 4;
  std::optional<int> train_n_val_patches;
  bool train_tensorboard = true;
  std::optional<ReduceLearningRate> train_reduce_lr = ReduceLearningRate{};
  bool use_gpu = false;
  std::string train_checkpoint = "weights_best.h5";
  std::string train_checkpoint_last = "weights_last.h5";
  std::string train_checkpoint_epoch = "weights_now.h5";

  /// Keys of the file that are not listed above, kept for saving.
  nlohmann::ordered_json unknown = nlohmann::ordered_json::object();

  /// Defaults of Config2D / Config3D. Rays in 3D are the golden spiral with `n_rays` rays.
  static StarDistConfig defaults_2d();
  static StarDistConfig defaults_3d(int n_rays = 96,
                                    std::optional<std::vector<double>> anisotropy = std::nullopt);

  std::string axes() const { return n_dim == 2 ? "YXC" : "ZYXC"; }
  int n_channel_out() const { return 1 + n_rays; }
};

/// A config and what in its file was unusual, in sentences for people.
struct LoadedStarDistConfig {
  StarDistConfig config;
  std::vector<std::string> warnings;
};

/// From the object in config.json; `name` stands for the file in messages. Absent keys take their
/// defaults, as in Python, so old files are read. Unknown keys are kept and warned of (Python
/// refuses them).
/// Errors  kBadFile (a key has the wrong type or range; names the key and what is allowed);
///         kUnsupported (layouts that nobody trains, for example the channel axis first).
Result<LoadedStarDistConfig> stardist_config_from_json(const nlohmann::ordered_json& json,
                                                       const std::string& name);

Result<LoadedStarDistConfig> read_stardist_config(const std::filesystem::path& path);

/// Keys in Python's order.
nlohmann::ordered_json to_json(const StarDistConfig& config);

/// Checks a config built in memory by the rules of reading. Errors  kInvalidArgument.
Result<void> validate(const StarDistConfig& config);

/// Validates, then writes atomically.
Result<void> write_stardist_config(const std::filesystem::path& path, const StarDistConfig& config);

}  // namespace karyo
