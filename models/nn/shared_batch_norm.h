#pragma once

/// Batch normalisation over the parts of a batch that several processes have.
///
/// Source  Ioffe and Szegedy, ICML 2015; the gradient over all parts as PyTorch's SyncBatchNorm.

#include <torch/torch.h>

#include <functional>

namespace karyo {

/// Adds up a tensor over all processes, in place. May throw, out of forward and backward.
using AddUp = std::function<void(torch::Tensor&)>;

/// x (N, C, ...), float32 or bfloat16; gamma, beta, mean and variance (C) float32, of which the
/// latter two take `momentum` of the batch's (the unbiased variance). Every process has as many
/// values. Equals torch::batch_norm in training of all parts as one batch.
torch::Tensor shared_batch_norm(const torch::Tensor& x, const torch::Tensor& gamma,
                                const torch::Tensor& beta, torch::Tensor mean,
                                torch::Tensor variance, double momentum, double epsilon,
                                const AddUp& add_up);

}  // namespace karyo
