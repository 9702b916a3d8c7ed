#pragma once

/// Adam as Keras computes it: epsilon outside the square root, bias correction in the rate.
///
///   rate_t = rate * sqrt(1 - beta2^t) / (1 - beta1^t);  w -= rate_t * m / (sqrt(v) + epsilon)
///
/// torch::optim::Adam puts epsilon after the correction of v, which differs in early steps.

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace karyo {

class Adam {
 public:
  explicit Adam(std::vector<torch::Tensor> parameters);

  /// Applies the gradients and clears them. `weight_decay` shrinks kernels, not biases, by this
  /// share times the rate, beside the gradient (AdamW: Loshchilov & Hutter, ICLR 2019).
  void step(double learning_rate, double weight_decay = 0);

  std::int64_t steps() const { return steps_; }
  const std::vector<torch::Tensor>& first_moments() const { return first_; }
  const std::vector<torch::Tensor>& second_moments() const { return second_; }
  /// Continues from saved moments (same shapes).
  void restore(std::int64_t steps, const std::vector<torch::Tensor>& first,
               const std::vector<torch::Tensor>& second);

 private:
  std::vector<torch::Tensor> parameters_, first_, second_;
  std::int64_t steps_ = 0;
};

}  // namespace karyo
