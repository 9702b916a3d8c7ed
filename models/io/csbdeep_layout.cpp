#include "models/io/csbdeep_layout.h"

#include <cmath>
#include <utility>

namespace karyo {
namespace {

/// After the U-Net: the 1 x 1 convolution to `channels`, the input added, the activation.
void add_head(const CsbdeepConfig& config, std::int64_t channels, LayoutBuilder& layout) {
  const std::vector<int> one(static_cast<std::size_t>(config.n_dim), 1);
  const std::int64_t features = config.unet().channels_out();
  layout.conv("", one, features, channels);
  if (config.unet_residual) layout.add("add", "");
  if (!config.probabilistic) {
    layout.add("activation", "");
    return;
  }
  // Keras lists the scale's convolution before the mean's activation: it is as deep as the sum.
  layout.conv("", one, features, channels);
  layout.add("activation", "");
  layout.add("lambda", "");
  layout.add("concatenate", "");
}

/// The networks of all channels side by side: created one after another, listed depth by depth.
void add_subnets(const CsbdeepConfig& config, LayoutBuilder& layout) {
  auto& layers = layout.layers();
  const std::size_t first = layers.size();
  const auto count = static_cast<std::size_t>(config.subnets());
  for (std::size_t subnet = 0; subnet < count; ++subnet) {
    layout.add("lambda", "");
    layout.unet(config.unet(static_cast<int>(subnet)));
    add_head(config, 1, layout);
  }
  const std::size_t each = (layers.size() - first) / count;
  std::vector<LayoutLayer> by_depth;
  by_depth.reserve(layers.size() - first);
  for (std::size_t i = 0; i < each; ++i) {
    for (std::size_t subnet = 0; subnet < count; ++subnet) {
      by_depth.push_back(std::move(layers[first + subnet * each + i]));
    }
  }
  std::move(by_depth.begin(), by_depth.end(), layers.begin() + static_cast<long>(first));
  if (count > 1) layout.add("concatenate", "");
}

}  // namespace

Result<std::vector<LayoutLayer>> csbdeep_layout(const CsbdeepConfig& config) {
  KARYO_CHECK_OK(validate(config));
  KARYO_CHECK_OK(check_width(config.unet_n_first * std::pow(2.0, config.unet_n_depth)));
  LayoutBuilder layout(config.n_dim);
  layout.add("input", "input");
  if (config.n2v && config.n2v->single_net_per_channel) {
    add_subnets(config, layout);
  } else {
    layout.unet(config.unet());
    add_head(config, config.n_channel_out, layout);
  }
  KARYO_CHECK_OK(check_size(layout.layers()));
  return std::move(layout.layers());
}

Result<std::vector<KerasLayer>> read_csbdeep_weights(const std::filesystem::path& path,
                                                     const CsbdeepConfig& config) {
  KARYO_TRY(const auto layout, csbdeep_layout(config));
  KARYO_TRY(auto layers, read_keras_weights(path));
  return match_layers(layout, std::move(layers), path.string());
}

}  // namespace karyo
