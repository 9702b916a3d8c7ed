#include "models/io/stardist_layout.h"

#include <algorithm>
#include <cmath>

namespace karyo {
namespace {

UnetPlan unet_plan(const StarDistConfig& config, std::int64_t channels) {
  UnetPlan plan;
  plan.n_dim = config.n_dim;
  plan.channels_in = channels;
  plan.depth = config.unet_n_depth;
  plan.convs_per_level = config.unet_n_conv_per_depth;
  plan.kernel = config.unet_kernel_size;
  plan.pool = config.unet_pool;
  plan.filters = config.unet_n_filter_base;
  plan.expansion = config.unet_expansion;
  plan.prefix = config.unet_prefix;
  plan.batch_norm = config.unet_batch_norm;
  plan.dropout = config.unet_dropout;
  return plan;
}

class Builder {
 public:
  explicit Builder(const StarDistConfig& config) : config_(config), layout_(config.n_dim) {}

  std::vector<LayoutLayer> build();

 private:
  /// channels_ follows.
  void conv(const std::string& name, const std::vector<int>& kernel, int filters,
            bool bias = true) {
    layout_.conv(name, kernel, channels_, filters, bias);
    channels_ = filters;
  }
  void unet();
  void resnet();
  void resnet_block(int filters, bool pooled);
  void heads(int features, const std::vector<int>& kernel);

  const StarDistConfig& config_;
  LayoutBuilder layout_;
  std::int64_t channels_ = 0;
};

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
    layout_.add("max_pooling" + layout_.suffix(), "");
  }
  const auto plan = unet_plan(config_, channels_);
  layout_.unet(plan);
  channels_ = plan.channels_out();
}

void Builder::resnet_block(int filters, bool pooled) {
  const bool batch_norm = config_.resnet_batch_norm, bias = !batch_norm;
  const auto& kernel = config_.resnet_kernel_size;
  const std::int64_t channels_in = channels_;
  for (int i = 0; i < config_.resnet_n_conv_per_block - 1; ++i) {
    conv("", kernel, filters, bias);
    if (batch_norm) layout_.batch_norm(filters);
    layout_.add("activation", "");
  }
  conv("", kernel, filters, bias);
  if (pooled || channels_in != filters) {
    // The shortcut is made after the last convolution, so Keras numbers it later; as deep as the
    // block's last layer with weights, it is listed right before that one.
    channels_ = channels_in;
    conv("", {1, 1, 1}, filters, bias);
    auto& layers = layout_.layers();
    if (!batch_norm) std::swap(layers[layers.size() - 1], layers[layers.size() - 2]);
  }
  if (batch_norm) layout_.batch_norm(filters);
  layout_.add("add", "");
  layout_.add("activation", "");
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
  layout_.add("input", "input");
  channels_ = config_.n_channel_in;
  if (config_.backbone == "unet") {
    unet();
    heads(config_.net_conv_after_unet, config_.unet_kernel_size);
  } else {
    resnet();
    heads(config_.net_conv_after_resnet, config_.resnet_kernel_size);
  }
  return std::move(layout_.layers());
}

/// Largest number of filters of any layer, in floating point: before integers could overflow.
double widest(const StarDistConfig& config) {
  return config.backbone == "unet"
             ? config.unet_n_filter_base * std::pow(config.unet_expansion, config.unet_n_depth)
             : config.resnet_n_filter_base * std::pow(2.0, std::min(config.resnet_n_blocks, 16));
}

}  // namespace

Result<std::vector<LayoutLayer>> stardist_layout(const StarDistConfig& config) {
  KARYO_CHECK_OK(validate(config));
  KARYO_CHECK_OK(check_width(widest(config)));
  auto layout = Builder(config).build();
  KARYO_CHECK_OK(check_size(layout));
  return layout;
}

Result<std::vector<KerasLayer>> read_stardist_weights(const std::filesystem::path& path,
                                                      const StarDistConfig& config) {
  KARYO_TRY(const auto layout, stardist_layout(config));
  KARYO_TRY(auto layers, read_keras_weights(path));
  return match_layers(layout, std::move(layers), path.string());
}

}  // namespace karyo
