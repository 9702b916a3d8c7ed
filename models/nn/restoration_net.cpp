#include "models/nn/restoration_net.h"

#include <map>
#include <memory>
#include <utility>

#include "models/io/csbdeep_layout.h"
#include "models/nn/conv.h"
#include "models/nn/keras_tensor.h"

namespace karyo {
namespace {

constexpr double kSmallestScale = 1e-3;

}  // namespace

Result<RestorationNet> RestorationNet::create(const CsbdeepConfig& config, Random& random) {
  KARYO_TRY(const auto layout, csbdeep_layout(config));  // checks the settings and the size
  RestorationNet net(config);
  const std::vector<int> one(static_cast<std::size_t>(config.n_dim), 1);
  const std::int64_t channels = config.n_channel_out / config.subnets();
  std::int64_t norms = 0, convs = 0;
  for (int subnet = 0; subnet < config.subnets(); ++subnet) {
    const UnetPlan plan = config.unet(subnet);
    Part part{Unet(plan, norms, random), {}};
    norms += static_cast<std::int64_t>(part.unet.blocks().size());
    for (int head = 0; head < (config.probabilistic ? 2 : 1); ++head) {
      const auto name = keras_name("conv" + std::to_string(config.n_dim) + "d", convs++);
      part.heads.push_back(ConvBlock::create(name, plan.channels_out(), channels, one, random));
    }
    net.parts_.push_back(std::move(part));
  }
  return net;
}

torch::Tensor RestorationNet::run(const Part& part, const torch::Tensor& x, Precision precision,
                                  Pass pass) const {
  const auto type = precision == Precision::kBFloat16 ? torch::kBFloat16 : torch::kFloat32;
  const auto features = part.unet.forward(to_channels_last(x.to(type)), pass).to(torch::kFloat32);
  auto mean = part.heads[0].linear(features);
  if (config_.unet_residual) mean = mean + x;
  if (config_.unet_last_activation == "relu") mean = mean.relu();
  if (!config_.probabilistic) return mean;
  const auto scale = torch::softplus(part.heads[1].linear(features)) + kSmallestScale;
  return torch::cat({mean, scale}, 1);
}

torch::Tensor RestorationNet::forward(const torch::Tensor& x, Precision precision,
                                      Pass pass) const {
  if (parts_.size() == 1) return run(parts_[0], x, precision, pass);
  std::vector<torch::Tensor> channels;
  const auto last = static_cast<std::int64_t>(parts_.size()) - 1;
  for (std::int64_t c = 0; c <= last; ++c) {
    const auto seen = x.narrow(1, subnet_input_ == SubnetInput::kOwn ? c : last, 1);
    channels.push_back(run(parts_[static_cast<std::size_t>(c)], seen, precision, pass));
  }
  return torch::cat(channels, 1);
}

void RestorationNet::share_norms(AddUp add_up) {
  const auto shared = std::make_shared<const AddUp>(std::move(add_up));
  for (auto& part : parts_) {
    for (auto& block : part.unet.blocks()) block.add_up = shared;
  }
}

std::vector<torch::Tensor> RestorationNet::parameters() const {
  std::vector<torch::Tensor> all;
  for (const auto& part : parts_) {
    for (const auto& block : part.unet.blocks()) block.append_parameters(all);
    for (const auto& head : part.heads) head.append_parameters(all);
  }
  return all;
}

std::vector<torch::Tensor> RestorationNet::buffers() const {
  std::vector<torch::Tensor> all;
  for (const auto& part : parts_) {
    for (const auto& block : part.unet.blocks()) {
      if (!block.mean.defined()) continue;
      all.push_back(block.mean);
      all.push_back(block.variance);
    }
  }
  return all;
}

void RestorationNet::to(const torch::Device& device) {
  for (auto& part : parts_) {
    part.unet.to(device);
    for (auto& head : part.heads) head.to(device);
  }
}

std::vector<RestorationNet::Slot> RestorationNet::slots() const {
  std::vector<Slot> all;
  const auto add = [&all](const ConvBlock& block) {
    all.push_back({block.name, "kernel", block.weight});
    all.push_back({block.name, "bias", block.bias});
    if (!block.gamma.defined()) return;
    all.push_back({block.norm_name, "gamma", block.gamma});
    all.push_back({block.norm_name, "beta", block.beta});
    all.push_back({block.norm_name, "moving_mean", block.mean});
    all.push_back({block.norm_name, "moving_variance", block.variance});
  };
  for (const auto& part : parts_) {
    for (const auto& block : part.unet.blocks()) add(block);
    for (const auto& head : part.heads) add(head);
    for (std::size_t level = 0; level < part.unet.blurs().size(); ++level) {
      all.push_back({part.unet.plan().prefix + "max_" + std::to_string(level), "blur_kernel",
                     part.unet.blurs()[level]});
    }
  }
  return all;
}

Result<std::vector<KerasLayer>> RestorationNet::keras_layers() const {
  KARYO_TRY(const auto layout, csbdeep_layout(config_));
  std::map<std::pair<std::string, std::string>, torch::Tensor> tensors;
  for (const auto& slot : slots()) tensors[{slot.layer, slot.weight}] = slot.tensor;
  std::vector<KerasLayer> layers;
  for (const auto& entry : layout) {
    layers.push_back({entry.name, {}});
    for (const auto& weight : entry.weights) {
      layers.back().weights.push_back(
          array_for_keras(weight.name, tensors.at({entry.name, weight.name})));
    }
  }
  return layers;
}

void RestorationNet::load(const std::vector<KerasLayer>& layers) {
  const torch::NoGradGuard no_grad;
  std::map<std::pair<std::string, std::string>, const NamedArray*> arrays;
  for (const auto& layer : layers) {
    for (const auto& weight : layer.weights) arrays[{layer.name, weight.name}] = &weight;
  }
  for (auto& slot : slots())
    slot.tensor.copy_(tensor_from_keras(*arrays.at({slot.layer, slot.weight})));
}

}  // namespace karyo
