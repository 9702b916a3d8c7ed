#pragma once

/// Every setting of a training run, in one table: name, default, range, unit, one sentence.
///
/// The command line, `--config FILE`, settings.json in the model folder and the window read the
/// same table (train_settings), so a setting is added in one place: a member of one of the structs
/// below and its row in train_settings.cpp, which says what kinds of model have it. Defaults are
/// the field's: stardist 0.9.2 (32 rays, grid 2), csbdeep 0.8.2, n2v 0.3.3 and the patch sizes of
/// ZeroCostDL4Mic.

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/image/axes.h"

namespace karyo {

/// Random changes of a training patch; see augment.h for what each does. Those in numbers have a
/// strength: 0 is off, 1 as usual, at most 4.
struct AugmentSet {
  bool flip = true, rotate = true;
  double zoom = 0, intensity = 1, noise = 1, turn = 0, elastic = 0, blur = 0;

  static AugmentSet none() { return {false, false, 0, 0, 0, 0, 0, 0}; }
  /// Of what moves pixels to places between pixels.
  bool warps() const { return zoom > 0 || turn > 0 || elastic > 0; }
  friend bool operator==(const AugmentSet&, const AugmentSet&) = default;
};

/// What every kind has; the defaults of StarDist in 2D.
struct SharedTrainSettings {
  std::string model = "stardist";  ///< "stardist", "care" or "n2v"
  std::int64_t dims = 2;

  std::int64_t epochs = 400;
  std::int64_t steps = 100;      ///< per epoch
  std::int64_t batch = 4;        ///< patches a step; 0: auto, see resolve_auto()
  Index3 patch{1, 256, 256};     ///< voxels, ZYX; z is 1 in 2D; all 0: auto
  double val = 0.1;              ///< share of the images kept for validation
  double lr = 3e-4;
  std::string recipe = "field";      ///< or "fast", which has other defaults
  std::string schedule = "plateau";  ///< of the rate; or "cosine", to 0 over all epochs
  std::int64_t warmup = 0;           ///< steps in which the rate rises from 0
  double weight_decay = 0;           ///< AdamW's, of kernels; times the rate at each step
  double ema = 0;                    ///< share that an average of the weights keeps at each step
  std::int64_t checkpoint_minutes = 10;  ///< between two within an epoch; 0: after epochs alone
  double reduce_lr_factor = 0.5;
  std::int64_t reduce_lr_patience = 40;

  std::int64_t unet_depth = 3;
  std::int64_t filters = 32;
  AugmentSet augment;

  std::string precision = "auto";
  std::int64_t seed = 42;
  std::int64_t cache_mib = 256;
  std::int64_t loader_threads = 2;
  std::int64_t prefetch = 3;

  friend bool operator==(const SharedTrainSettings&, const SharedTrainSettings&) = default;
};

struct StarDistTrainSettings {
  std::int64_t val_patches = 0;  ///< 0: one for each validation image
  std::int64_t rays = 32;
  Index3 grid{1, 2, 2};             ///< voxels a network output pixel stands for, ZYX; all 0: auto
  std::string anisotropy = "auto";  ///< 3D: "z,y,x"; auto: as the training's objects are
  std::string backbone = "unet";    ///< or, in 3D, "resnet"
  std::int64_t blocks = 4;          ///< of a ResNet
  std::string classes = "none";     ///< "auto": those of the dataset's tables; or their names
  std::int64_t features = 128;

  double foreground_only = 0.9;
  double background_reg = 1e-4;
  double weight_prob = 1.0, weight_dist = 0.2, weight_class = 1.0;

  double percentile_low = 1.0, percentile_high = 99.8;

  friend bool operator==(const StarDistTrainSettings&, const StarDistTrainSettings&) = default;
};

/// What CARE and Noise2Void have in common.
struct RestorationTrainSettings {
  std::int64_t kernel = 3;             ///< extent of the convolutions, odd
  std::string loss = "auto";           ///< "mae", "mse"; auto: see resolved_loss()
  bool residual = false;               ///< the network computes a difference to its input
  std::int64_t patches_per_image = 0;  ///< of an image or plane; 0 (N2V): a grid that covers it

  friend bool operator==(const RestorationTrainSettings&,
                         const RestorationTrainSettings&) = default;
};

struct CareTrainSettings {
  bool probabilistic = false;  ///< learns a scale for each pixel beside its value
  /// Patches are centred where the target, in the half patch around, exceeds this share of its
  /// 99.9th percentile; 0: anywhere.
  double background_threshold = 0.4;

  friend bool operator==(const CareTrainSettings&, const CareTrainSettings&) = default;
};

struct N2vTrainSettings {
  double perc_pix = 1.5;             ///< blind spots, percent of a patch's pixels
  std::string manipulator = "auto";  ///< what blind spots are filled with; see blind_spots.h
  std::int64_t radius = 5;           ///< of the window that replacements come from
  std::string struct_mask = "none";  ///< neighbours hidden too; see blind_spots.h
  bool net_per_channel = false;      ///< a network of its own for each channel
  bool batch_norm = true;
  bool n2v2 = false;  ///< blurred pooling, no skip connection at the top, median

  friend bool operator==(const N2vTrainSettings&, const N2vTrainSettings&) = default;
};

/// A kind of model uses its own settings and the shared ones; the others keep their defaults.
struct TrainConfig : SharedTrainSettings,
                     StarDistTrainSettings,
                     RestorationTrainSettings,
                     CareTrainSettings,
                     N2vTrainSettings {
  /// What is usual for a kind ("stardist", "care", "n2v") and 2 or 3 dimensions.
  static TrainConfig defaults(const std::string& model, std::int64_t dims = 2);
  /// The same with what a recipe ("field", "fast") changes.
  static TrainConfig defaults(const std::string& model, std::int64_t dims,
                              const std::string& recipe);

  friend bool operator==(const TrainConfig&, const TrainConfig&) = default;
};

/// One row of the table.
struct Setting {
  using Field =
      std::variant<std::int64_t TrainConfig::*, double TrainConfig::*, std::string TrainConfig::*,
                   bool TrainConfig::*, Index3 TrainConfig::*, AugmentSet TrainConfig::*>;

  std::string name;  ///< key in JSON
  Field field;
  double low = 0, high = 0;          ///< allowed numbers, both included (each axis of an Index3)
  std::vector<std::string> choices;  ///< allowed words; none: checked by validate()
  std::string unit;
  std::string help;                     ///< one sentence
  std::vector<std::string> kinds = {};  ///< models that have it; empty: all
  bool automatic = false;               ///< may be "auto": 0 until the data are known

  bool applies_to(const std::string& model) const;
  /// On the command line: "--unet-depth".
  std::string option() const;
  /// "1 to 100000", "auto, float32 or bfloat16".
  std::string allowed() const;
  /// The sentence with unit and range, for --help and tool tips.
  std::string description() const;
};

/// The settings of all kinds in the order they are shown and written.
std::span<const Setting> train_settings();

/// Calls visitor(setting, value) with a reference to the value in `config` of each setting that
/// config.model has.
template <typename Config, typename Visitor>
void visit_settings(Config& config, Visitor&& visitor) {
  for (const Setting& setting : train_settings()) {
    if (!setting.applies_to(config.model)) continue;
    std::visit([&](auto member) { visitor(setting, config.*member); }, setting.field);
  }
}

/// As the command line takes it: "256,256", "flip,rotate", "0.0003".
std::string setting_text(const TrainConfig& config, const Setting& setting);

/// Sets one value from text. Axes are ZYX; 2D models also take "Y,X", and one number stands for
/// both in-plane axes. Augmentations are a comma list, "none" or "all".
/// Errors: kInvalidArgument naming setting, what was found and what is allowed.
Result<void> set_setting(TrainConfig& config, const std::string& name, const std::string& text);

/// {"schema": 1, "model": "stardist", ...}, the settings that config.model has; in 2D axes are
/// written as [Y, X].
nlohmann::json to_json(const TrainConfig& config);

/// Settings named in `json` replace those of `base`. Errors: kInvalidArgument for an unknown name
/// or one of another kind of model (the nearest known one is offered), a wrong type or a value out
/// of range.
Result<TrainConfig> train_config_from_json(const nlohmann::json& json, TrainConfig base = {});

/// Errors: as above, kNotFound, and kBadFile with line and column for text that is no JSON.
Result<TrainConfig> read_train_config(const std::filesystem::path& path, TrainConfig base = {});
Result<void> write_train_config(const std::filesystem::path& path, const TrainConfig& config);

/// That every setting is within its own range.
Result<void> validate_ranges(const TrainConfig& config);

/// Ranges of every setting and what must hold between them (patch divisible by grid * 2^depth).
Result<void> validate(const TrainConfig& config);

/// "laplace" for probabilistic CARE; else "mae" or "mse". `auto` is mae for CARE and N2V2, mse for
/// N2V, whose mean is then the noise-free image.
std::string resolved_loss(const TrainConfig& config);

/// The names in the setting "classes"; none for "none" and "auto".
std::vector<std::string> class_names(const TrainConfig& config);

/// What the network divides each axis by: grid (of StarDist) * 2^depth, of a ResNet the grid alone
/// (z: 1 in 2D).
Index3 patch_divisor(const TrainConfig& config);

/// Size of one image, for the checks against data.
struct ImageSize {
  std::string file;
  Index3 shape;  ///< ZYX
};

/// Whether "auto" was asked for and the data have not decided yet.
inline bool is_auto(const Index3& value) {
  return value == Index3{0, 0, 0};
}

/// That every image holds a patch; the error names the smallest image and offers a fitting patch.
Result<void> validate_against(const TrainConfig& config, std::span<const ImageSize> images);

}  // namespace karyo
