#include "models/io/stardist_config.h"

#include <bit>
#include <cmath>

#include "core/base/atomic_file.h"
#include "models/io/json_keys.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

// Far beyond any network in use; they keep a hostile file from asking for terabytes.
constexpr int kMostRays = 4096;
constexpr int kMostConvs = 16;
constexpr int kMostGrid = 256;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

const std::vector<std::string> kActivations{"relu", "linear",  "elu",     "selu",
                                            "tanh", "sigmoid", "softplus"};

Json spiral(int n_rays, const std::optional<std::vector<double>>& anisotropy) {
  Json kwargs = {{"n", n_rays}};
  kwargs["anisotropy"] = anisotropy ? Json(*anisotropy) : Json(nullptr);
  return {{"name", "Rays_GoldenSpiral"}, {"kwargs", kwargs}};
}

/// One odd number an axis: an even kernel has no middle.
void read_kernel(JsonKeys& keys, const std::string& key, std::vector<int>& sizes,
                 std::size_t axes) {
  keys.read(key, sizes, axes, 1, kMostKernel);
  for (const int size : sizes) {
    if (size % 2 == 0) keys.fail(key, "odd numbers, for example 3 for every axis");
  }
}

void read_unet(JsonKeys& keys, StarDistConfig& config) {
  const auto n_dim = static_cast<std::size_t>(config.n_dim);
  keys.read("unet_n_depth", config.unet_n_depth, 1, kMostDepth);
  read_kernel(keys, "unet_kernel_size", config.unet_kernel_size, n_dim);
  keys.read("unet_n_filter_base", config.unet_n_filter_base, 1, kMostFilters);
  keys.read("unet_n_conv_per_depth", config.unet_n_conv_per_depth, 1, kMostConvs);
  keys.read("unet_pool", config.unet_pool, n_dim, 1, 16);
  keys.read("unet_activation", config.unet_activation, kActivations);
  keys.read("unet_last_activation", config.unet_last_activation, kActivations);
  keys.read("unet_batch_norm", config.unet_batch_norm);
  keys.read("unet_dropout", config.unet_dropout, 0, 0.99);
  keys.read("unet_expansion", config.unet_expansion, 1, 16);
  keys.read_text("unet_prefix", config.unet_prefix);
  keys.read("net_conv_after_unet", config.net_conv_after_unet, 0, kMostFilters);
}

void read_resnet(JsonKeys& keys, StarDistConfig& config) {
  keys.read("resnet_n_blocks", config.resnet_n_blocks, 1, 64);
  read_kernel(keys, "resnet_kernel_size", config.resnet_kernel_size, 3);
  keys.read_text("resnet_kernel_init", config.resnet_kernel_init);
  keys.read("resnet_n_filter_base", config.resnet_n_filter_base, 1, kMostFilters);
  keys.read("resnet_n_conv_per_block", config.resnet_n_conv_per_block, 2, kMostConvs);
  keys.read("resnet_activation", config.resnet_activation, kActivations);
  keys.read("resnet_batch_norm", config.resnet_batch_norm);
  keys.read("net_conv_after_resnet", config.net_conv_after_resnet, 0, kMostFilters);
}

void read_training(JsonKeys& keys, const std::string& name, StarDistConfig& config) {
  const auto n_dim = static_cast<std::size_t>(config.n_dim);
  if (config.n_dim == 2) {
    keys.read("train_shape_completion", config.train_shape_completion);
    keys.read("train_completion_crop", config.train_completion_crop, 0, kMostPatch);
  } else {
    keys.ignore("train_shape_completion");  // in files of StarDist3D before 0.4
    keys.ignore("train_completion_crop");
  }
  keys.read("train_patch_size", config.train_patch_size, n_dim, 1, kMostPatch);
  keys.read("train_background_reg", config.train_background_reg, 0, kInfinity);
  keys.read("train_foreground_only", config.train_foreground_only, 0, 1);
  keys.read("train_sample_cache", config.train_sample_cache);
  keys.read("train_dist_loss", config.train_dist_loss, {"mae", "mse", "iou"});
  const std::size_t losses = config.n_classes ? 3 : 2;
  const std::size_t classes =
      config.n_classes ? static_cast<std::size_t>(*config.n_classes) + 1 : 2;
  config.train_loss_weights =
      losses == 3 ? std::vector<double>{1, 0.2, 1} : std::vector<double>{1, 0.2};
  config.train_class_weights.assign(classes, 1);
  keys.read("train_loss_weights", config.train_loss_weights, losses, 0, kInfinity);
  keys.read("train_class_weights", config.train_class_weights, classes, 0, kInfinity);
  keys.read("train_epochs", config.train_epochs, 0, kMostInt);
  keys.read("train_steps_per_epoch", config.train_steps_per_epoch, 1, kMostInt);
  keys.read("train_learning_rate", config.train_learning_rate, 0, kInfinity);
  keys.read("train_batch_size", config.train_batch_size, 1, 1 << 16);
  keys.read("train_n_val_patches", config.train_n_val_patches, 1, kMostInt);
  keys.read("train_tensorboard", config.train_tensorboard);
  read_reduce_lr(keys, name, {.factor = 0.5, .patience = 10, .min_delta = 0},
                 config.train_reduce_lr);
  keys.read("use_gpu", config.use_gpu);
  for (auto [key, value] : {std::pair{"train_checkpoint", &config.train_checkpoint},
                            {"train_checkpoint_last", &config.train_checkpoint_last},
                            {"train_checkpoint_epoch", &config.train_checkpoint_epoch}}) {
    read_file_name(keys, key, *value);
  }
}

void read_rays(JsonKeys& keys, LoadedStarDistConfig& loaded) {
  StarDistConfig& config = loaded.config;
  if (const Json* json = keys.find("anisotropy"); json != nullptr && !json->is_null()) {
    std::vector<double> anisotropy;
    keys.read("anisotropy", anisotropy, 3, 1e-3, 1e3);
    config.anisotropy = anisotropy;
  }
  const Json* json = keys.find("rays_json");
  config.rays_json = spiral(config.n_rays, std::nullopt);
  if (json != nullptr && !keys.error()) {
    const bool well_formed = json->is_object() && json->contains("name") &&
                             (*json)["name"].is_string() && json->contains("kwargs") &&
                             (*json)["kwargs"].is_object();
    if (!well_formed) {
      return keys.fail("rays_json",
                       "{\"name\": \"Rays_GoldenSpiral\", \"kwargs\": {\"n\": 96, "
                       "\"anisotropy\": null}}");
    }
    config.rays_json = *json;
  }
  if (keys.error() || config.rays_json["name"] != "Rays_GoldenSpiral") return;
  Json& kwargs = config.rays_json["kwargs"];
  JsonKeys inner(kwargs, "rays_json");
  int n = 0;
  inner.read("n", n, 4, kMostRays);
  std::vector<double> stretch;
  if (kwargs.contains("anisotropy") && !kwargs["anisotropy"].is_null()) {
    inner.read("anisotropy", stretch, 3, 1e-3, 1e3);
  }
  if (inner.error() || n == 0) {
    return keys.fail("rays_json",
                     "kwargs with \"n\" from 4 to 4096 and \"anisotropy\" null or "
                     "three positive numbers");
  }
  if (n != config.n_rays) {
    loaded.warnings.push_back("n_rays is " + std::to_string(config.n_rays) + " and the rays are " +
                              std::to_string(n) + "; the rays count, as in Python.");
    config.n_rays = n;
  }
  // As Python does on loading: rays without a stretch of their own take the config's.
  if (stretch.empty() && config.anisotropy)
    kwargs["anisotropy"] = plain_numbers(*config.anisotropy);
}

bool powers_of_two(const std::vector<int>& numbers) {
  for (const int number : numbers) {
    if (!std::has_single_bit(static_cast<unsigned>(number))) return false;
  }
  return true;
}

}  // namespace

StarDistConfig StarDistConfig::defaults_2d() {
  return {};
}

StarDistConfig StarDistConfig::defaults_3d(int n_rays,
                                           std::optional<std::vector<double>> anisotropy) {
  StarDistConfig config;
  config.n_dim = 3;
  config.n_rays = n_rays;
  config.grid = {1, 1, 1};
  config.anisotropy = std::move(anisotropy);
  config.rays_json = spiral(n_rays, config.anisotropy);
  config.unet_n_depth = 2;
  config.unet_kernel_size = {3, 3, 3};
  config.unet_pool = {2, 2, 2};
  config.train_patch_size = {128, 128, 128};
  config.train_batch_size = 1;
  return config;
}

Result<LoadedStarDistConfig> stardist_config_from_json(const Json& json, const std::string& name) {
  if (!json.is_object()) {
    return Error(ErrorCode::kBadFile, name + " holds no JSON object",
                 "Choose the config.json of a StarDist model folder.");
  }
  JsonKeys keys(json, name);
  LoadedStarDistConfig loaded;
  StarDistConfig& config = loaded.config;
  int n_dimensions = 2;
  read_n_dim(keys, json, "StarDist", n_dimensions);
  config = n_dimensions == 2 ? StarDistConfig::defaults_2d() : StarDistConfig::defaults_3d();
  const auto n_dim = static_cast<std::size_t>(config.n_dim);
  keys.read("n_channel_in", config.n_channel_in, 1, kMostChannels);
  keys.read("n_rays", config.n_rays, 3, kMostRays);
  keys.read("grid", config.grid, n_dim, 1, kMostGrid);
  if (!powers_of_two(config.grid)) keys.fail("grid", "powers of 2 (1, 2, 4, 8, ...)");
  keys.read("n_classes", config.n_classes, 1, kMostChannels);
  if (config.n_dim == 3) {
    read_rays(keys, loaded);
    keys.read("backbone", config.backbone, {"unet", "resnet"});
  } else {
    keys.read("backbone", config.backbone, {"unet"});
  }
  config.backbone == "unet" ? read_unet(keys, config) : read_resnet(keys, config);
  read_training(keys, name, config);

  int n_channel_out = config.n_channel_out();
  keys.read("n_channel_out", n_channel_out, 1, kMostInt);
  if (n_channel_out != config.n_channel_out()) {
    loaded.warnings.push_back("n_channel_out is " + std::to_string(n_channel_out) + "; " +
                              std::to_string(config.n_channel_out()) +
                              " follows from the rays and is used, as in Python.");
  }
  for (const char* shape : {"net_input_shape", "net_mask_shape"}) keys.ignore(shape);
  if (const Json* shape = keys.find("net_input_shape");
      shape != nullptr && shape->is_array() && !shape->empty() && !shape->front().is_null()) {
    return Error(ErrorCode::kUnsupported,
                 name +
                     ": the network takes images of one size or with "
                     "channels first (net_input_shape)",
                 "Train the model again with net_input_shape [null, ..., channels], the default.");
  }
  if (keys.error()) return *keys.error();
  for (const auto& key : keys.unknown()) {
    config.unknown[key] = json[key];
    loaded.warnings.push_back("The setting \"" + key +
                              "\" is not known here; it is kept and has "
                              "no effect.");
  }
  return loaded;
}

Result<LoadedStarDistConfig> read_stardist_config(const std::filesystem::path& path) {
  KARYO_TRY(const auto json, read_json_object(path));
  return stardist_config_from_json(json, path.string());
}

Json to_json(const StarDistConfig& config) {
  Json json;
  const auto none_or = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
  json["n_dim"] = config.n_dim;
  json["axes"] = config.axes();
  json["n_channel_in"] = config.n_channel_in;
  json["n_channel_out"] = config.n_channel_out();
  json["train_checkpoint"] = config.train_checkpoint;
  json["train_checkpoint_last"] = config.train_checkpoint_last;
  json["train_checkpoint_epoch"] = config.train_checkpoint_epoch;
  json["n_rays"] = config.n_rays;
  json["grid"] = config.grid;
  if (config.n_dim == 3) {
    json["anisotropy"] = config.anisotropy ? plain_numbers(*config.anisotropy) : Json(nullptr);
  }
  json["backbone"] = config.backbone;
  if (config.n_dim == 3) json["rays_json"] = config.rays_json;
  json["n_classes"] = none_or(config.n_classes);
  if (config.backbone == "unet") {
    json["unet_n_depth"] = config.unet_n_depth;
    json["unet_kernel_size"] = config.unet_kernel_size;
    json["unet_n_filter_base"] = config.unet_n_filter_base;
    json["unet_n_conv_per_depth"] = config.unet_n_conv_per_depth;
    json["unet_pool"] = config.unet_pool;
    json["unet_activation"] = config.unet_activation;
    json["unet_last_activation"] = config.unet_last_activation;
    json["unet_batch_norm"] = config.unet_batch_norm;
    json["unet_dropout"] = config.unet_dropout;
    json["unet_expansion"] = plain_number(config.unet_expansion);
    json["unet_prefix"] = config.unet_prefix;
    json["net_conv_after_unet"] = config.net_conv_after_unet;
  } else {
    json["resnet_n_blocks"] = config.resnet_n_blocks;
    json["resnet_kernel_size"] = config.resnet_kernel_size;
    json["resnet_kernel_init"] = config.resnet_kernel_init;
    json["resnet_n_filter_base"] = config.resnet_n_filter_base;
    json["resnet_n_conv_per_block"] = config.resnet_n_conv_per_block;
    json["resnet_activation"] = config.resnet_activation;
    json["resnet_batch_norm"] = config.resnet_batch_norm;
    json["net_conv_after_resnet"] = config.net_conv_after_resnet;
  }
  Json any_size = Json::array();
  for (int axis = 0; axis < config.n_dim; ++axis) any_size.push_back(nullptr);
  json["net_input_shape"] = any_size;
  json["net_input_shape"].push_back(config.n_channel_in);
  json["net_mask_shape"] = any_size;
  json["net_mask_shape"].push_back(1);
  if (config.n_dim == 2) {
    json["train_shape_completion"] = config.train_shape_completion;
    json["train_completion_crop"] = config.train_completion_crop;
  }
  json["train_patch_size"] = config.train_patch_size;
  json["train_background_reg"] = config.train_background_reg;
  json["train_foreground_only"] = config.train_foreground_only;
  json["train_sample_cache"] = config.train_sample_cache;
  json["train_dist_loss"] = config.train_dist_loss;
  json["train_loss_weights"] = plain_numbers(config.train_loss_weights);
  json["train_class_weights"] = plain_numbers(config.train_class_weights);
  json["train_epochs"] = config.train_epochs;
  json["train_steps_per_epoch"] = config.train_steps_per_epoch;
  json["train_learning_rate"] = config.train_learning_rate;
  json["train_batch_size"] = config.train_batch_size;
  json["train_n_val_patches"] = none_or(config.train_n_val_patches);
  json["train_tensorboard"] = config.train_tensorboard;
  json["train_reduce_lr"] = to_json(config.train_reduce_lr);
  json["use_gpu"] = config.use_gpu;
  for (const auto& [key, value] : config.unknown.items()) {
    if (!json.contains(key)) json[key] = value;
  }
  return json;
}

Result<void> validate(const StarDistConfig& config) {
  const auto checked = stardist_config_from_json(to_json(config), "settings");
  if (checked) return {};
  return Error(ErrorCode::kInvalidArgument, checked.error().what, checked.error().fix);
}

Result<void> write_stardist_config(const std::filesystem::path& path,
                                   const StarDistConfig& config) {
  KARYO_CHECK_OK(validate(config));
  return write_file_atomically(path, json_text(to_json(config)));
}

}  // namespace karyo
