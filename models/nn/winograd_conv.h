#pragma once

/// winograd.h for tensors: 3 x 3 (x 3) and 5 x 5 (x 5) convolution of float32 on the CPU, with
/// gradients.

#include <torch/torch.h>

namespace karyo {

/// Whether winograd_conv takes it: float32 on the CPU in channels_last memory, pictures or,
/// without `skip`, stacks, and what winograd::can_run asks for. `skip` may be undefined.
bool winograd_fits(const torch::Tensor& x, const torch::Tensor& skip, const torch::Tensor& weight);

/// Convolution with bias and, where asked for, ReLU, of x (N, C, [Z,] H, W); or, where `skip`
/// (N, D, 2H, 2W) is defined, of upsample_concat(x, skip), which is never written to memory.
torch::Tensor winograd_conv(const torch::Tensor& x, const torch::Tensor& skip,
                            const torch::Tensor& weight, const torch::Tensor& bias, bool relu);

/// max_pool of the convolution with ReLU over 2 x 2 windows, which alone is written to memory.
/// Without gradient; height and width even.
torch::Tensor winograd_conv_pool(const torch::Tensor& x, const torch::Tensor& weight,
                                 const torch::Tensor& bias);

}  // namespace karyo
