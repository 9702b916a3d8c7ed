#pragma once

/// config.json of a CARE or Noise2Void model folder, as the Python packages write and read it.
///
/// Both are csbdeep's U-Net with further keys; `n2v` tells which one a config is of. Lists with an
/// entry an axis are in the order (Z,) Y, X.
/// Source  csbdeep 0.8.2, Config; n2v 0.3.3, N2VConfig.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "models/io/config_keys.h"
#include "models/io/unet_plan.h"

namespace karyo {

/// Which neighbours of a blind spot are hidden as well (structN2V): odd extents, 1 where hidden.
struct StructMask {
  std::vector<int> shape;            ///< one an axis
  std::vector<std::uint8_t> values;  ///< C order, 0 or 1
  friend bool operator==(const StructMask&, const StructMask&) = default;
};

/// What a Noise2Void config has beside csbdeep's keys.
struct N2vConfig {
  /// Of each channel of the training patches; the network sees (value - mean) / deviation. In the
  /// file they are texts, as Python prints a float32.
  std::vector<double> means{0}, stds{1};
  bool batch_norm = true;
  double perc_pix = 1.5;  ///< blind spots, percent of a patch's pixels
  std::vector<int> patch_shape{64, 64};
  /// How a blind spot is filled: "uniform_withCP", "uniform_withoutCP", "normal_withoutCP",
  /// "normal_additive", "normal_fitted", "identity", "mean", "median".
  std::string manipulator = "uniform_withCP";
  int neighborhood_radius = 5;
  bool single_net_per_channel = true;  ///< a U-Net of its own for each channel
  bool blurpool = false;               ///< N2V2; 2D only
  bool skip_skipone = false;           ///< N2V2
  /// On the way up the U-Net has the filters of its first level, as n2v builds it since N2V2 came.
  /// Before, it was csbdeep's, and config.json had neither "blurpool" nor "skip_skipone".
  bool narrow_up = true;
  std::optional<StructMask> struct_mask;
};

struct CsbdeepConfig {
  int n_dim = 2;
  int n_channel_in = 1, n_channel_out = 1;
  bool probabilistic = false;  ///< a scale of Laplace's distribution beside each mean; CARE only
  bool unet_residual = true;   ///< the network computes a difference to its input
  int unet_n_depth = 2;
  int unet_kern_size = 5;                       ///< odd, the same on every axis
  int unet_n_first = 32;                        ///< filters of the first level
  std::string unet_last_activation = "linear";  ///< or relu, sigmoid, tanh, softplus
  std::string train_loss = "mae";               ///< or "mse"; "laplace" where probabilistic
  int train_epochs = 100;
  int train_steps_per_epoch = 400;
  double train_learning_rate = 0.0004;
  int train_batch_size = 16;
  bool train_tensorboard = true;
  std::optional<ReduceLearningRate> train_reduce_lr = ReduceLearningRate{.patience = 10};
  std::string train_checkpoint = "weights_best.h5";
  std::string train_checkpoint_last = "weights_last.h5";  ///< not in Noise2Void's files
  std::string train_checkpoint_epoch = "weights_now.h5";  ///< not in Noise2Void's files
  std::optional<N2vConfig> n2v;                           ///< there for Noise2Void, absent for CARE

  /// Keys of the file that are not listed above, kept for saving.
  nlohmann::ordered_json unknown = nlohmann::ordered_json::object();

  /// The defaults of the Python packages for `n_dim` 2 or 3.
  static CsbdeepConfig care(int n_dim, int n_channel_in = 1, int n_channel_out = 1);
  static CsbdeepConfig noise2void(int n_dim, std::vector<double> means, std::vector<double> stds);

  std::string axes() const { return n_dim == 2 ? "YXC" : "ZYXC"; }
  /// How many U-Nets stand side by side, each with a channel of its own.
  int subnets() const { return n2v && n2v->single_net_per_channel ? n_channel_in : 1; }
  /// The U-Net number `subnet`, without what comes after it.
  UnetPlan unet(int subnet = 0) const;
};

/// A config and what in its file was unusual, in sentences for people.
struct LoadedCsbdeepConfig {
  CsbdeepConfig config;
  std::vector<std::string> warnings;
};

/// From the object in config.json; `name` stands for the file in messages. Absent keys take their
/// defaults, as in Python, so old files are read ("mean" and "std" of Noise2Void 0.1 too). Unknown
/// keys are kept and warned of.
/// Errors  kBadFile (a key has the wrong type or range, or two do not go together; names the key
///         and what is allowed); kUnsupported (images of one size).
Result<LoadedCsbdeepConfig> csbdeep_config_from_json(const nlohmann::ordered_json& json,
                                                     const std::string& name);

/// Keys in Python's order.
nlohmann::ordered_json to_json(const CsbdeepConfig& config);

/// Checks a config built in memory by the rules of reading. Errors  kInvalidArgument.
Result<void> validate(const CsbdeepConfig& config);

/// Validates, then writes atomically.
Result<void> write_csbdeep_config(const std::filesystem::path& path, const CsbdeepConfig& config);

}  // namespace karyo
