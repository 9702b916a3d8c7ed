#pragma once

/// Losses of CARE and Noise2Void, and the errors that are reported beside them.
///
/// All tensors are float32 (N, C, [Z,] Y, X).
/// Source  csbdeep 0.8.2, internals/losses.py; n2v 0.3.3, internals/n2v_losses.py.

#include <torch/torch.h>

#include <optional>
#include <string>

namespace karyo {

struct RestorationLoss {
  torch::Tensor total;      ///< scalar; carries the gradient
  double mse = 0, mae = 0;  ///< of the expected values
};

/// `loss` is "mae", "mse" or, for `prediction` with twice the target's channels (expected values,
/// then their scales), "laplace": mean of |mu - y| / scale + ln(scale) + ln 2. Means over
/// everything.
RestorationLoss care_loss(const torch::Tensor& prediction, const torch::Tensor& target,
                          const std::string& loss);

/// `loss` is "mse" or "mae" of the hidden pixels: the sum of errors over the whole batch by the
/// number of them, 0 where there is none. `target` is 0 where `mask` is 0. `hidden`: that number,
/// or of several processes the mean of theirs, with which the mean of their losses is that of all
/// their batches as one.
RestorationLoss n2v_loss(const torch::Tensor& prediction, const torch::Tensor& target,
                         const torch::Tensor& mask, const std::string& loss,
                         std::optional<double> hidden = {});

}  // namespace karyo
