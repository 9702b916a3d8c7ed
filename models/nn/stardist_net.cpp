#include "models/nn/stardist_net.h"

#include <algorithm>
#include <cmath>

#include "models/nn/channels_last.h"
#include "models/nn/conv.h"

namespace karyo {
namespace {

Error unsupported(const std::string& what) {
  return {ErrorCode::kUnsupported, "the model's config.json asks for " + what,
          "Only StarDist models with a plain U-Net or ResNet can be used so far."};
}

Result<void> check_supported(const StarDistConfig& config) {
  const bool unet = config.backbone == "unet";
  if (unet ? config.unet_batch_norm : config.resnet_batch_norm) {
    return unsupported("batch normalisation");
  }
  if (unet && config.unet_dropout > 0) return unsupported("dropout");
  const auto& activation = unet ? config.unet_activation : config.resnet_activation;
  if (activation != "relu") return unsupported("the activation \"" + activation + "\"");
  if (unet && config.unet_last_activation != "relu") {
    return unsupported("the last activation \"" + config.unet_last_activation + "\"");
  }
  return {};
}

/// A value an axis as planes, rows, columns; planes are 1 in 2D.
StackWindow window_of(const std::vector<int>& axes) {
  StackWindow window{1, 1, 1};
  std::copy(axes.rbegin(), axes.rend(), window.rbegin());
  return window;
}

/// Halvings that lead to the grid, one after another.
std::vector<StackWindow> steps_to(const StackWindow& grid) {
  std::vector<StackWindow> steps;
  for (StackWindow pooled{1, 1, 1}; pooled != grid;) {
    StackWindow step{1, 1, 1};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (grid[axis] > pooled[axis]) step[axis] = 2;
      pooled[axis] *= step[axis];
    }
    steps.push_back(step);
  }
  return steps;
}

Index3 index_of(const StackWindow& window) {
  return {window[0], window[1], window[2]};
}

/// Convolution of every stride-th voxel, zeros outside as TensorFlow has them: where their number
/// is odd, one more at the end.
torch::Tensor conv_strided(const torch::Tensor& x, const ConvLayer& layer,
                           const StackWindow& stride) {
  const auto axes = x.dim() - 2;
  std::vector<std::int64_t> pads, steps, zeros(static_cast<std::size_t>(axes), 0),
      ones(static_cast<std::size_t>(axes), 1);
  for (std::int64_t axis = axes - 1; axis >= 0; --axis) {
    const std::int64_t step = stride[static_cast<std::size_t>(3 - axes + axis)];
    const std::int64_t extent = x.size(2 + axis), kernel = layer.weight.size(2 + axis);
    const std::int64_t results = (extent + step - 1) / step;
    const std::int64_t missing = std::max<std::int64_t>(0, (results - 1) * step + kernel - extent);
    pads.insert(pads.end(), {missing / 2, missing - missing / 2});  // last axis first
    steps.insert(steps.begin(), step);
  }
  const auto type = x.scalar_type();
  return torch::convolution(torch::constant_pad_nd(x, pads, 0), layer.weight.to(type),
                            layer.bias.to(type), steps, zeros, ones, false, zeros, 1);
}

/// Normal within two deviations, of deviation 1 all the same, as Keras has it.
double cut_normal(Random& random) {
  constexpr double kDeviation = 0.87962566103423978;
  double value = 0;
  do {
    value = random.normal();
  } while (std::abs(value) > 2);
  return value / kDeviation;
}

}  // namespace

bool is_head(const std::string& layer) {
  return layer.starts_with("features") || layer.starts_with("prob") || layer == "dist";
}

void StarDistNet::add_layers(const std::vector<LayoutLayer>& layout, bool he_normal,
                             Random& random) {
  for (const auto& entry : layout) {
    if (entry.weights.empty()) continue;
    const auto& kernel = entry.weights.front().shape;  // (spatial..., in, out)
    std::vector<std::int64_t> shape{kernel.back(), kernel[kernel.size() - 2]};
    shape.insert(shape.end(), kernel.begin(), kernel.end() - 2);
    auto weight = torch::empty(shape);
    // Glorot: the variance of signals and gradients stays the same from layer to layer.
    const auto taps = static_cast<double>(weight.numel() / (shape[0] * shape[1]));
    const double limit = std::sqrt(6.0 / (static_cast<double>(shape[0] + shape[1]) * taps));
    const double deviation = std::sqrt(2.0 / (static_cast<double>(shape[1]) * taps));
    const bool body = he_normal && !is_head(entry.name);
    auto* values = weight.data_ptr<float>();
    for (std::int64_t i = 0; i < weight.numel(); ++i) {
      values[i] =
          static_cast<float>(body ? deviation * cut_normal(random) : random.uniform(-limit, limit));
    }
    layers_.push_back({entry.name,
                       weight.contiguous(channels_last_of(weight.dim())).requires_grad_(),
                       torch::zeros({shape[0]}).requires_grad_()});
  }
}

void StarDistNet::plan_unet(const StarDistConfig& config) {
  depth_ = static_cast<std::size_t>(config.unet_n_depth);
  convs_ = static_cast<std::size_t>(config.unet_n_conv_per_depth);
  pool_ = window_of(config.unet_pool);
  has_features_ = config.net_conv_after_unet > 0;
  const StackWindow kernel = window_of(config.unet_kernel_size);
  StackWindow radius{0, 0, 0}, divisor = window_of(config.grid);
  // Every convolution at a level reaches kernel/2 of that level's pixels to each side, going down
  // and coming up; pooling and upsampling shift by less than one pixel of the coarser level.
  const auto convs = static_cast<std::int64_t>(convs_);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t reach = kernel[axis] / 2;
    std::int64_t scale = 1;
    for (const auto& pool : grid_pools_) {
      radius[axis] += convs * reach * scale;
      scale *= pool[axis];
      radius[axis] += scale;
    }
    if (has_features_) radius[axis] += reach * scale;
    for (std::size_t n = 0; n <= depth_; ++n) {
      const std::int64_t passes = n == depth_ ? 1 : 2;
      radius[axis] += (passes * convs * reach + 1) * scale;
      scale *= pool_[axis];
    }
    for (std::size_t n = 0; n < depth_; ++n) divisor[axis] *= pool_[axis];
  }
  divisor_ = index_of(divisor);
  receptive_radius_ = index_of(radius);
}

void StarDistNet::plan_resnet(const StarDistConfig& config) {
  convs_ = static_cast<std::size_t>(config.resnet_n_conv_per_block);
  has_features_ = config.net_conv_after_resnet > 0;
  std::int64_t filters = config.resnet_n_filter_base;
  for (int i = 0; i < config.resnet_n_blocks; ++i) {
    const auto number = static_cast<std::size_t>(i);
    Block block;
    if (number < grid_pools_.size()) {
      block = {grid_pools_[number], true};
      filters *= 2;
    }
    blocks_.push_back(block);
  }
  const StackWindow kernel = window_of(config.resnet_kernel_size);
  StackWindow radius{4, 4, 4};  // kernels of 7 and 3 to begin with
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t reach = kernel[axis] / 2;
    std::int64_t scale = 1;
    for (const Block& block : blocks_) {
      radius[axis] += reach * scale;
      scale *= block.stride[axis];
      radius[axis] += static_cast<std::int64_t>(convs_ - 1) * reach * scale;
    }
    radius[axis] += (has_features_ ? reach : 0) * scale + scale;
  }
  divisor_ = index_of(window_of(config.grid));
  receptive_radius_ = index_of(radius);
}

Result<StarDistNet> StarDistNet::create(const StarDistConfig& config, Random& random) {
  KARYO_TRY(const auto layout, stardist_layout(config));
  KARYO_CHECK_OK(check_supported(config));
  StarDistNet net;
  net.add_layers(layout, config.backbone == "resnet" && config.resnet_kernel_init == "he_normal",
                 random);
  net.classes_ = config.n_classes ? *config.n_classes + 1 : 0;
  net.grid_pools_ = steps_to(window_of(config.grid));
  config.backbone == "unet" ? net.plan_unet(config) : net.plan_resnet(config);
  if (config.n_dim == 2) net.receptive_radius_.z = 0;
  return net;
}

torch::Tensor StarDistNet::pool_to_grid(torch::Tensor x) const {
  const auto* layer = layers_.data();
  for (const auto& pool : grid_pools_) {
    const auto block = [&](const torch::Tensor& rows) {
      auto y = rows;
      for (std::size_t i = 0; i + 1 < convs_; ++i) {
        y = conv_same(y, layer[i].weight, layer[i].bias, true);
      }
      const auto& last = layer[convs_ - 1];
      if (x.dim() == 5) return max_pool_nd(conv_same(y, last.weight, last.bias, true), pool);
      return conv_pool(y, last.weight, last.bias, {pool[1], pool[2]});
    };
    const std::int64_t halo = static_cast<std::int64_t>(convs_) * (layer->weight.size(2) / 2);
    const std::int64_t scale = x.dim() == 5 ? pool[0] : pool[1];
    x = torch::GradMode::is_enabled() ? block(x) : in_strips(x, halo, scale, block);
    layer += convs_;
  }
  return x;
}

torch::Tensor StarDistNet::unet(torch::Tensor x) const {
  const auto* layer = layers_.data() + grid_pools_.size() * convs_;
  const auto convs = [&](torch::Tensor y, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i, ++layer) {
      y = conv_same(y, layer->weight, layer->bias, true);
    }
    return y;
  };
  std::vector<torch::Tensor> skips;
  for (std::size_t n = 0; n < depth_; ++n) {
    x = convs(x, convs_);
    skips.push_back(x);
    x = max_pool_nd(x, pool_);
  }
  x = convs(x, convs_);
  for (std::size_t n = depth_; n-- > 0;) {
    x = x.dim() == 5 ? conv_same(upsample_concat_nd(x, skips[n]), layer->weight, layer->bias, true)
                     : conv_upsampled(x, skips[n], layer->weight, layer->bias);
    skips.pop_back();
    ++layer;
    x = convs(x, convs_ - 1);
  }
  return x;
}

torch::Tensor StarDistNet::resnet(torch::Tensor x) const {
  const auto* layer = layers_.data();
  const auto plain = [&](const torch::Tensor& y, bool relu) {
    const auto& conv = *layer++;
    return conv_same(y, conv.weight, conv.bias, relu);
  };
  x = plain(x, false);
  x = plain(x, false);
  for (const Block& block : blocks_) {
    auto y = block.projects ? conv_strided(x, *layer++, block.stride).relu_() : plain(x, true);
    for (std::size_t i = 2; i < convs_; ++i) y = plain(y, true);
    // In files the shortcut comes before the block's last convolution.
    const auto shortcut = block.projects ? conv_strided(x, *layer++, block.stride) : x;
    x = (plain(y, false) + shortcut).relu_();
  }
  return x;
}

torch::Tensor StarDistNet::heads(const torch::Tensor& x) const {
  // prob, dist and, where there are classes, prob_class are the last.
  const std::size_t count = classes_ > 0 ? 3 : 2;
  const ConvLayer* head = &layers_[layers_.size() - count];
  const ConvLayer* features = has_features_ ? head - (classes_ > 0 ? 2 : 1) : nullptr;
  // One convolution for both heads reads the features once.
  const auto weight = torch::cat({head[0].weight, head[1].weight});
  const auto bias = torch::cat({head[0].bias, head[1].bias});
  const auto through = [](const torch::Tensor& rows, const ConvLayer* layer) {
    const auto y = layer != nullptr ? conv_same(rows, layer->weight, layer->bias, true) : rows;
    return y.to(torch::kFloat32);
  };
  const auto run = [&](const torch::Tensor& rows) {
    const auto y = conv_same(through(rows, features), weight, bias, false);
    if (classes_ == 0) return y;
    const auto of_class = through(rows, features != nullptr ? features + 1 : nullptr);
    return torch::cat({y, conv_same(of_class, head[2].weight, head[2].bias, false)}, 1);
  };
  if (torch::GradMode::is_enabled()) return run(x);
  return in_strips(x, features != nullptr ? features->weight.size(2) / 2 : 0, 1, run);
}

StarDistOutput StarDistNet::forward(const torch::Tensor& x, Precision precision) const {
  const auto type = precision == Precision::kBFloat16 ? torch::kBFloat16 : torch::kFloat32;
  const auto y = to_channels_last(x.to(type));
  return {heads(blocks_.empty() ? unet(pool_to_grid(y)) : resnet(y)), classes_};
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
