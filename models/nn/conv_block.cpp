#include "models/nn/conv_block.h"

#include <cmath>
#include <utility>

#include "models/nn/channels_last.h"
#include "models/nn/conv.h"
#include "models/nn/stack_ops.h"

namespace karyo {
namespace {

constexpr double kEpsilon = 1e-3;
constexpr double kMomentum = 0.01;  // LibTorch counts the new value's share, Keras the old one's

/// Weight and bias of a convolution that normalises its result as the block has learnt to.
std::pair<torch::Tensor, torch::Tensor> normalising(const ConvBlock& block) {
  const auto scale = block.gamma * torch::rsqrt(block.variance + kEpsilon);
  std::vector<std::int64_t> outputs(static_cast<std::size_t>(block.weight.dim()), 1);
  outputs[0] = -1;
  return {block.weight * scale.reshape(outputs), (block.bias - block.mean) * scale + block.beta};
}

torch::Tensor leaf_on(const torch::Tensor& tensor, const torch::Device& device, bool learns) {
  return tensor.defined() ? tensor.detach().to(device).requires_grad_(learns) : tensor;
}

/// With ReLU, of x up-sampled beside skip where there is one.
torch::Tensor conv_relu(const torch::Tensor& x, const torch::Tensor& skip,
                        const torch::Tensor& weight, const torch::Tensor& bias, bool relu) {
  if (!skip.defined()) return conv_same(x, weight, bias, relu);
  if (x.dim() == 4) return conv_upsampled(x, skip, weight, bias, relu);
  return conv_same(upsample_concat_nd(x, skip), weight, bias, relu);
}

}  // namespace

ConvBlock ConvBlock::create(const std::string& name, std::int64_t in, std::int64_t out,
                            const std::vector<int>& kernel, Random& random) {
  std::vector<std::int64_t> shape{out, in};
  std::int64_t taps = 1;
  for (const int extent : kernel) {
    shape.push_back(extent);
    taps *= extent;
  }
  auto weight = torch::empty(shape);
  // Glorot: the variance of signals and gradients stays the same from layer to layer.
  const double limit = std::sqrt(6.0 / static_cast<double>((in + out) * taps));
  auto* values = weight.data_ptr<float>();
  for (std::int64_t i = 0; i < weight.numel(); ++i) {
    values[i] = static_cast<float>(random.uniform(-limit, limit));
  }
  ConvBlock block;
  block.name = name;
  block.weight = weight.contiguous(channels_last_of(weight.dim())).requires_grad_();
  block.bias = torch::zeros({out}).requires_grad_();
  return block;
}

void ConvBlock::add_batch_norm(const std::string& keras_name) {
  norm_name = keras_name;
  const std::int64_t channels = bias.size(0);
  gamma = torch::ones({channels}).requires_grad_();
  beta = torch::zeros({channels}).requires_grad_();
  mean = torch::zeros({channels});
  variance = torch::ones({channels});
}

torch::Tensor ConvBlock::finish(const torch::Tensor& convolved) const {
  if (add_up) {
    return shared_batch_norm(convolved, gamma, beta, mean, variance, kMomentum, kEpsilon, *add_up)
        .relu();
  }
  return torch::batch_norm(convolved, gamma, beta, mean, variance, true, kMomentum, kEpsilon, false)
      .relu_();
}

torch::Tensor ConvBlock::forward(const torch::Tensor& x, Pass pass) const {
  return forward(x, {}, pass);
}

torch::Tensor ConvBlock::forward(const torch::Tensor& x, const torch::Tensor& skip,
                                 Pass pass) const {
  if (!gamma.defined()) return conv_relu(x, skip, weight, bias, true);
  if (pass == Pass::kTraining) return finish(conv_relu(x, skip, weight, bias, false));
  const auto [w, b] = normalising(*this);
  return conv_relu(x, skip, w, b, true);
}

torch::Tensor ConvBlock::linear(const torch::Tensor& x) const {
  return conv_same(x, weight, bias, false);
}

void ConvBlock::append_parameters(std::vector<torch::Tensor>& all) const {
  all.push_back(weight);
  all.push_back(bias);
  if (!gamma.defined()) return;
  all.push_back(gamma);
  all.push_back(beta);
}

void ConvBlock::to(const torch::Device& device) {
  weight = leaf_on(weight, device, true);
  bias = leaf_on(bias, device, true);
  gamma = leaf_on(gamma, device, true);
  beta = leaf_on(beta, device, true);
  mean = leaf_on(mean, device, false);
  variance = leaf_on(variance, device, false);
}

}  // namespace karyo
