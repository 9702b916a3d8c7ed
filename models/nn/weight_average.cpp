#include "models/nn/weight_average.h"

#include <algorithm>

namespace karyo {

WeightAverage::WeightAverage(std::vector<torch::Tensor> weights, double share)
    : weights_(std::move(weights)), share_(share) {
  if (!on()) return;
  for (const auto& weight : weights_) averages_.push_back(weight.detach().clone());
}

void WeightAverage::update(std::int64_t steps) {
  const torch::NoGradGuard no_grad;
  const auto t = static_cast<double>(steps);
  const double share = std::min(share_, (1 + t) / (10 + t));
  for (std::size_t i = 0; i < averages_.size(); ++i) averages_[i].lerp_(weights_[i], 1 - share);
}

void WeightAverage::restore(const std::vector<torch::Tensor>& averages) {
  for (std::size_t i = 0; i < averages_.size(); ++i) averages_[i].copy_(averages[i]);
}

void WeightAverage::swap() {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    const auto weight = weights_[i].detach().clone();
    weights_[i].copy_(averages_[i]);
    averages_[i].copy_(weight);
  }
}

}  // namespace karyo
