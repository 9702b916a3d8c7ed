#include "models/io/stardist_layout.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace karyo {
namespace {

constexpr std::int64_t kMostParameters = std::int64_t{512} << 20;

/// Appends layers, counting the ones that Keras names.
class Builder {
 public:
  explicit Builder(const StarDistConfig& config)
      : config_(config), suffix_(std::to_string(config.n_dim) + "d") {}

  std::vector<LayoutLayer> build();

 private:
  void add(const std::string& type, const std::string& name, std::vector<WeightShape> weights = {});
  /// `name` empty: named by Keras. Returns nothing; channels_ follows.
  void conv(const std::string& name, const std::vector<int>& kernel, int filters, bool bias = true);
  void conv_block(const std::string& name, int filters);
  void unet();
  void resnet();
  void resnet_block(int filters, bool pooled);
  void heads(int features, const std::vector<int>& kernel);
  int filters_at(int level) const {
    return static_cast<int>(config_.unet_n_filter_base * std::pow(config_.unet_expansion, level));
  }

  const StarDistConfig& config_;
  std::string suffix_;
  std::int64_t channels_ = 0;
  std::map<std::string, int> named_by_keras_;
  std::vector<LayoutLayer> layers_;
};

void Builder::add(const std::string& type, const std::string& name,
                  std::vector<WeightShape> weights) {
  LayoutLayer layer{name, type, -1, std::move(weights)};
  if (name.empty()) {
    layer.auto_index = named_by_keras_[type]++;
    layer.name = type + (layer.auto_index > 0 ? "_" + std::to_string(layer.auto_index) : "");
  }
  layers_.push_back(std::move(layer));
}

void Builder::conv(const std::string& name, const std::vector<int>& kernel, int filters,
                   bool bias) {
  WeightShape shape{"kernel", {kernel.begin(), kernel.end()}};
  shape.shape.insert(shape.shape.end(), {channels_, filters});
  std::vector<WeightShape> weights{std::move(shape)};
  if (bias) weights.push_back({"bias", {filters}});
  add("conv" + suffix_, name, std::move(weights));
  channels_ = filters;
}

std::vector<WeightShape> batch_norm_weights(std::int64_t channels) {
  return {{"gamma", {channels}},
          {"beta", {channels}},
          {"moving_mean", {channels}},
          {"moving_variance", {channels}}};
}

void Builder::conv_block(const std::string& name, int filters) {
  conv(config_.unet_prefix + name, config_.unet_kernel_size, filters);
  if (config_.unet_batch_norm) {
    add("batch_normalization", "", batch_norm_weights(filters));
    add("activation", "");
  }
  if (config_.unet_dropout > 0) add("dropout", "");
}

void Builder::unet() {
  // Convolve and pool until the image has the size of the grid.
  std::vector<int> pooled(config_.grid.size(), 1);
  while (pooled != config_.grid) {
    for (std::size_t axis = 0; axis < pooled.size(); ++axis) {
      if (config_.grid[axis] > pooled[axis]) pooled[axis] *= 2;
    }
    for (int i = 0; i < config_.unet_n_conv_per_depth; ++i) {
      conv("", config_.unet_kernel_size, config_.unet_n_filter_base);
    }
    add("max_pooling" + suffix_, "");
  }
  const int depth = config_.unet_n_depth, convs = config_.unet_n_conv_per_depth;
  for (int level = 0; level < depth; ++level) {
    for (int i = 0; i < convs; ++i) {
      conv_block("down_level_" + std::to_string(level) + "_no_" + std::to_string(i),
                 filters_at(level));
    }
    add("max_pooling" + suffix_, config_.unet_prefix + "max_" + std::to_string(level));
  }
  for (int i = 0; i < convs - 1; ++i) conv_block("middle_" + std::to_string(i), filters_at(depth));
  // The last of a level is numbered `convs`, not convs - 1; the file format has this gap.
  conv_block("middle_" + std::to_string(convs), filters_at(std::max(0, depth - 1)));
  for (int level = depth - 1; level >= 0; --level) {
    add("up_sampling" + suffix_, "");
    add("concatenate", "");
    channels_ += filters_at(level);
    const std::string name = "up_level_" + std::to_string(level) + "_no_";
    for (int i = 0; i < convs - 1; ++i) conv_block(name + std::to_string(i), filters_at(level));
    conv_block(name + std::to_string(convs), filters_at(std::max(0, level - 1)));
  }
}

void Builder::resnet_block(int filters, bool pooled) {
  const bool batch_norm = config_.resnet_batch_norm, bias = !batch_norm;
  const auto& kernel = config_.resnet_kernel_size;
  const std::int64_t channels_in = channels_;
  for (int i = 0; i < config_.resnet_n_conv_per_block - 1; ++i) {
    conv("", kernel, filters, bias);
    if (batch_norm) add("batch_normalization", "", batch_norm_weights(filters));
    add("activation", "");
  }
  conv("", kernel, filters, bias);
  if (pooled || channels_in != filters) {
    // The shortcut is made after the last convolution, so Keras numbers it later; as deep as the
    // block's last layer with weights, it is listed right before that one.
    channels_ = channels_in;
    conv("", {1, 1, 1}, filters, bias);
    if (!batch_norm) std::swap(layers_[layers_.size() - 1], layers_[layers_.size() - 2]);
  }
  if (batch_norm) add("batch_normalization", "", batch_norm_weights(filters));
  add("add", "");
  add("activation", "");
}

void Builder::resnet() {
  int filters = config_.resnet_n_filter_base;
  conv("", {7, 7, 7}, filters);
  conv("", {3, 3, 3}, filters);
  std::vector<int> pooled(config_.grid.size(), 1);
  for (int block = 0; block < config_.resnet_n_blocks; ++block) {
    bool pools = false;
    for (std::size_t axis = 0; axis < pooled.size(); ++axis) {
      if (config_.grid[axis] > pooled[axis]) {
        pooled[axis] *= 2;
        pools = true;
      }
    }
    if (pools) filters *= 2;
    resnet_block(filters, pools);
  }
}

void Builder::heads(int features, const std::vector<int>& kernel) {
  const std::vector<int> one(config_.grid.size(), 1);
  const std::int64_t channels_in = channels_;
  if (features > 0) {
    conv("features", kernel, features);
    if (config_.n_classes) {
      channels_ = channels_in;
      conv("features_class", kernel, features);
    }
  }
  const std::int64_t channels = channels_;
  conv("prob", one, 1);
  channels_ = channels;
  conv("dist", one, config_.n_rays);
  if (config_.n_classes) {
    channels_ = channels;
    conv("prob_class", one, *config_.n_classes + 1);
  }
}

std::vector<LayoutLayer> Builder::build() {
  add("input", "input");
  channels_ = config_.n_channel_in;
  if (config_.backbone == "unet") {
    unet();
    heads(config_.net_conv_after_unet, config_.unet_kernel_size);
  } else {
    resnet();
    heads(config_.net_conv_after_resnet, config_.resnet_kernel_size);
  }
  return std::move(layers_);
}

/// Largest number of filters of any layer, in floating point: before integers could overflow.
double widest(const StarDistConfig& config) {
  return config.backbone == "unet"
             ? config.unet_n_filter_base * std::pow(config.unet_expansion, config.unet_n_depth)
             : config.resnet_n_filter_base * std::pow(2.0, std::min(config.resnet_n_blocks, 16));
}

Error too_large() {
  return {ErrorCode::kTooLarge, "a network with these settings has more than 512 million weights",
          "Lower unet_n_depth, unet_n_filter_base or unet_expansion; 3 levels and 32 filters are "
          "usual."};
}

}  // namespace

std::int64_t parameter_count(const std::vector<LayoutLayer>& layout) {
  std::int64_t count = 0;
  for (const auto& layer : layout) {
    for (const auto& weight : layer.weights) count += element_count(weight.shape);
  }
  return count;
}

Result<std::vector<LayoutLayer>> stardist_layout(const StarDistConfig& config) {
  KARYO_CHECK_OK(validate(config));
  if (widest(config) > 1 << 20) return too_large();
  auto layout = Builder(config).build();
  // Kernels of at most 2^20 x 2^21 x 31^3 stay below 2^57, and the sum is taken layer by layer.
  std::int64_t count = 0;
  for (const auto& layer : layout) {
    count += parameter_count({layer});
    if (count > kMostParameters) return too_large();
  }
  return layout;
}

}  // namespace karyo
