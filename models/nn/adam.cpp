#include "models/nn/adam.h"

#include <cmath>

namespace karyo {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-7;

}  // namespace

Adam::Adam(std::vector<torch::Tensor> parameters) : parameters_(std::move(parameters)) {
  for (const auto& parameter : parameters_) {
    first_.push_back(torch::zeros_like(parameter, torch::TensorOptions().requires_grad(false)));
    second_.push_back(torch::zeros_like(parameter, torch::TensorOptions().requires_grad(false)));
  }
}

void Adam::step(double learning_rate, double weight_decay) {
  const torch::NoGradGuard no_grad;
  ++steps_;
  const auto t = static_cast<double>(steps_);
  const double rate =
      learning_rate * std::sqrt(1 - std::pow(kBeta2, t)) / (1 - std::pow(kBeta1, t));
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto& gradient = parameters_[i].grad();
    if (!gradient.defined()) continue;
    if (weight_decay > 0 && parameters_[i].dim() > 1) {
      parameters_[i].mul_(1 - learning_rate * weight_decay);
    }
    first_[i].mul_(kBeta1).add_(gradient, 1 - kBeta1);
    second_[i].mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
    parameters_[i].addcdiv_(first_[i], second_[i].sqrt().add_(kEpsilon), -rate);
    parameters_[i].mutable_grad().reset();
  }
}

void Adam::restore(std::int64_t steps, const std::vector<torch::Tensor>& first,
                   const std::vector<torch::Tensor>& second) {
  steps_ = steps;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    first_[i].copy_(first[i]);
    second_[i].copy_(second[i]);
  }
}

}  // namespace karyo
