#include "models/nn/stardist_net.h"

#include <algorithm>
#include <cmath>

#include "models/nn/conv.h"

namespace karyo {
namespace {

Error unsupported(const std::string& what) {
  return {ErrorCode::kUnsupported, "the model's config.json asks for " + what,
          "Only 2D StarDist models with a plain U-Net can be used so far."};
}

Result<void> check_supported(const StarDistConfig& config) {
  if (config.n_dim != 2) return unsupported("3D");
  if (config.backbone != "unet") return unsupported("the backbone \"" + config.backbone + "\"");
  if (config.n_classes) return unsupported("several classes");
  if (config.unet_batch_norm) return unsupported("batch normalisation");
  if (config.unet_dropout > 0) return unsupported("dropout");
  if (config.unet_activation != "relu") {
    return unsupported("the activation \"" + config.unet_activation + "\"");
  }
  if (config.unet_last_activation != "relu") {
    return unsupported("the last activation \"" + config.unet_last_activation + "\"");
  }
  return {};
}

std::string numbered(const std::string& name, std::size_t number) {
  return number == 0 ? name : name + "_" + std::to_string(number);
}

}  // namespace

void StarDistNet::add(const std::string& name, std::int64_t in, std::int64_t out,
                      std::int64_t kernel_y, std::int64_t kernel_x, Random& random) {
  auto weight = torch::empty({out, in, kernel_y, kernel_x});
  // Glorot: the variance of signals and gradients stays the same from layer to layer.
  const auto taps = static_cast<double>(kernel_y * kernel_x);
  const double limit = std::sqrt(6.0 / (static_cast<double>(in + out) * taps));
  auto* values = weight.data_ptr<float>();
  for (std::int64_t i = 0; i < weight.numel(); ++i) {
    values[i] = static_cast<float>(random.uniform(-limit, limit));
  }
  layers_.push_back({name, weight.contiguous(at::MemoryFormat::ChannelsLast).requires_grad_(),
                     torch::zeros({out}).requires_grad_()});
}

Result<StarDistNet> StarDistNet::create(const StarDistConfig& config, Random& random) {
  KARYO_CHECK_OK(check_supported(config));
  StarDistNet net;
  const std::int64_t ky = config.unet_kernel_size[0], kx = config.unet_kernel_size[1];
  const std::int64_t filters = config.unet_n_filter_base;
  const std::int64_t expansion = config.unet_expansion;
  net.depth_ = static_cast<std::size_t>(config.unet_n_depth);
  net.convs_per_level_ = static_cast<std::size_t>(config.unet_n_conv_per_depth);
  net.pool_ = {config.unet_pool[0], config.unet_pool[1]};
  const std::size_t convs = net.convs_per_level_;
  std::int64_t channels = config.n_channel_in;
  const auto conv = [&](const std::string& name, std::int64_t out) {
    net.add(name, channels, out, ky, kx, random);
    channels = out;
  };

  std::size_t unnamed = 0;
  std::int64_t pooled_y = 1, pooled_x = 1;
  while (pooled_y < config.grid[0] || pooled_x < config.grid[1]) {
    const std::int64_t py = config.grid[0] > pooled_y ? 2 : 1;
    const std::int64_t px = config.grid[1] > pooled_x ? 2 : 1;
    for (std::size_t i = 0; i < convs; ++i) conv(numbered("conv2d", unnamed++), filters);
    net.grid_pools_.push_back({py, px});
    pooled_y *= py;
    pooled_x *= px;
  }

  const auto filters_at = [&](std::size_t level) {
    return filters * static_cast<std::int64_t>(std::pow(expansion, level));
  };
  const std::string prefix = config.unet_prefix;
  std::vector<std::int64_t> skips;
  for (std::size_t n = 0; n < net.depth_; ++n) {
    for (std::size_t i = 0; i < convs; ++i) {
      conv(prefix + "down_level_" + std::to_string(n) + "_no_" + std::to_string(i), filters_at(n));
    }
    skips.push_back(channels);
  }
  // The last convolution of a block is numbered by the count of all, hence the gap in the names.
  for (std::size_t i = 0; i + 1 < convs; ++i) {
    conv(prefix + "middle_" + std::to_string(i), filters_at(net.depth_));
  }
  conv(prefix + "middle_" + std::to_string(convs), filters_at(net.depth_ > 0 ? net.depth_ - 1 : 0));
  for (std::size_t n = net.depth_; n-- > 0;) {
    channels += skips[n];
    const std::string level = prefix + "up_level_" + std::to_string(n) + "_no_";
    for (std::size_t i = 0; i + 1 < convs; ++i) conv(level + std::to_string(i), filters_at(n));
    conv(level + std::to_string(convs), filters_at(n > 0 ? n - 1 : 0));
  }
  net.has_features_ = config.net_conv_after_unet > 0;
  if (net.has_features_) conv("features", config.net_conv_after_unet);
  net.add("prob", channels, 1, 1, 1, random);
  net.add("dist", channels, config.n_rays, 1, 1, random);

  net.divisor_y_ = config.grid[0] * static_cast<std::int64_t>(std::pow(net.pool_[0], net.depth_));
  net.divisor_x_ = config.grid[1] * static_cast<std::int64_t>(std::pow(net.pool_[1], net.depth_));
  // Every convolution at a level reaches kernel/2 of that level's pixels to each side, going down
  // and coming up; pooling and upsampling shift by less than one pixel of the coarser level.
  const std::int64_t reach = std::max(ky, kx) / 2;
  std::int64_t scale = 1;
  for (const auto& pool : net.grid_pools_) {
    net.receptive_radius_ += static_cast<std::int64_t>(convs) * reach * scale;
    scale *= std::max(pool[0], pool[1]);
    net.receptive_radius_ += scale;
  }
  if (net.has_features_) net.receptive_radius_ += reach * scale;
  for (std::size_t n = 0; n <= net.depth_; ++n) {
    const std::int64_t passes = n == net.depth_ ? 1 : 2;
    net.receptive_radius_ += (passes * static_cast<std::int64_t>(convs) * reach + 1) * scale;
    scale *= std::max(net.pool_[0], net.pool_[1]);
  }
  return net;
}

torch::Tensor StarDistNet::pool_to_grid(torch::Tensor x) const {
  const auto* layer = layers_.data();
  for (const auto& pool : grid_pools_) {
    const auto block = [&](const torch::Tensor& rows) {
      auto y = rows;
      for (std::size_t i = 0; i + 1 < convs_per_level_; ++i) {
        y = conv_same(y, layer[i].weight, layer[i].bias, true);
      }
      const auto& last = layer[convs_per_level_ - 1];
      return conv_pool(y, last.weight, last.bias, pool);
    };
    const std::int64_t halo =
        static_cast<std::int64_t>(convs_per_level_) * (layer->weight.size(2) / 2);
    x = torch::GradMode::is_enabled() ? block(x) : in_strips(x, halo, pool[0], block);
    layer += convs_per_level_;
  }
  return x;
}

torch::Tensor StarDistNet::unet(torch::Tensor x) const {
  const auto* layer = layers_.data() + grid_pools_.size() * convs_per_level_;
  const auto convs = [&](torch::Tensor y, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i, ++layer) {
      y = conv_same(y, layer->weight, layer->bias, true);
    }
    return y;
  };
  std::vector<torch::Tensor> skips;
  for (std::size_t n = 0; n < depth_; ++n) {
    x = convs(x, convs_per_level_);
    skips.push_back(x);
    x = max_pool(x, pool_);
  }
  x = convs(x, convs_per_level_);
  for (std::size_t n = depth_; n-- > 0;) {
    x = conv_upsampled(x, skips[n], layer->weight, layer->bias);
    skips.pop_back();
    ++layer;
    x = convs(x, convs_per_level_ - 1);
  }
  return x;
}

torch::Tensor StarDistNet::heads(const torch::Tensor& x) const {
  const auto& prob = layers_[layers_.size() - 2];
  const auto& dist = layers_.back();
  // One convolution for both heads reads the features once.
  const auto weight = torch::cat({prob.weight, dist.weight});
  const auto bias = torch::cat({prob.bias, dist.bias});
  const auto* features = has_features_ ? &layers_[layers_.size() - 3] : nullptr;
  const auto run = [&](const torch::Tensor& rows) {
    const auto y =
        features != nullptr ? conv_same(rows, features->weight, features->bias, true) : rows;
    return conv_same(y.to(torch::kFloat32), weight, bias, false);
  };
  if (torch::GradMode::is_enabled()) return run(x);
  return in_strips(x, features != nullptr ? features->weight.size(2) / 2 : 0, 1, run);
}

StarDistOutput StarDistNet::forward(const torch::Tensor& x, Precision precision) const {
  const auto type = precision == Precision::kBFloat16 ? torch::kBFloat16 : torch::kFloat32;
  return {heads(unet(pool_to_grid(to_channels_last(x.to(type)))))};
}

std::vector<torch::Tensor> StarDistNet::parameters() const {
  std::vector<torch::Tensor> all;
  for (const auto& layer : layers_) {
    all.push_back(layer.weight);
    all.push_back(layer.bias);
  }
  return all;
}

void StarDistNet::to(const torch::Device& device) {
  for (auto& layer : layers_) {
    layer.weight = layer.weight.detach().to(device).requires_grad_();
    layer.bias = layer.bias.detach().to(device).requires_grad_();
  }
}

}  // namespace karyo
