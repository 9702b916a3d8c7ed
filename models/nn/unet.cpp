#include "models/nn/unet.h"

#include <algorithm>

#include "models/io/keras_layout.h"

namespace karyo {
namespace {

/// [1 2 1] both ways, 1 in sum, for each channel.
torch::Tensor binomial(std::int64_t channels) {
  const auto row = torch::tensor({0.25F, 0.5F, 0.25F});
  return torch::outer(row, row).reshape({1, 1, 3, 3}).repeat({channels, 1, 1, 1});
}

}  // namespace

Unet::Unet(const UnetPlan& plan, std::int64_t norms_before, Random& random) : plan_(plan) {
  std::copy(plan.pool.rbegin(), plan.pool.rend(), window_.rbegin());
  for (const auto& conv : plan.all()) {
    blocks_.push_back(ConvBlock::create(conv.name, conv.in, conv.out, plan.kernel, random));
    if (!plan.batch_norm) continue;
    blocks_.back().add_batch_norm(keras_name("batch_normalization", norms_before++));
  }
  if (!plan.blur_pool) return;
  for (int level = 0; level < plan.depth; ++level) {
    blurs_.push_back(binomial(plan.filters_at(level)));
  }
}

torch::Tensor Unet::forward(torch::Tensor x, Pass pass) const {
  const auto* block = blocks_.data();
  const auto convs = [&](torch::Tensor y, int count) {
    for (int i = 0; i < count; ++i, ++block) y = block->forward(y, pass);
    return y;
  };
  std::vector<torch::Tensor> kept(static_cast<std::size_t>(plan_.depth));
  for (int level = 0; level < plan_.depth; ++level) {
    const auto at = static_cast<std::size_t>(level);
    x = convs(x, plan_.convs_per_level);
    if (plan_.has_skip(level)) kept[at] = x;
    x = plan_.blur_pool ? max_blur_pool(x, blurs_[at]) : max_pool_nd(x, window_);
  }
  x = convs(x, plan_.convs_per_level);
  for (int level = plan_.depth - 1; level >= 0; --level) {
    auto& skip = kept[static_cast<std::size_t>(level)];
    x = skip.defined() ? block->forward(x, skip, pass)
                       : block->forward(upsample_nd(x, window_), pass);
    ++block;
    skip.reset();  // its memory is free for the next level
    x = convs(x, plan_.convs_per_level - 1);
  }
  return x;
}

void Unet::to(const torch::Device& device) {
  for (auto& block : blocks_) block.to(device);
  for (auto& blur : blurs_) blur = blur.to(device);
}

}  // namespace karyo
