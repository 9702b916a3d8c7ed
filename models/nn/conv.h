#pragma once

/// Convolution with bias, "same" padding and ReLU, in the fastest form at hand.

#include <torch/torch.h>

#include <cstdint>
#include <functional>

#include "models/device.h"
#include "models/nn/resample.h"

namespace karyo {

/// LibTorch's name for a device.
torch::Device torch_device(const Device& device);

/// x in channels_last memory, and known as such: with one channel both layouts are the same memory,
/// LibTorch then takes it for planar, and every layer after it converts.
torch::Tensor to_channels_last(const torch::Tensor& x);

/// x (N, C, [Z,] Y, X) in any float type; weight and bias float32, converted to x's type. On the
/// CPU float32 goes through winograd.h where it fits, everything else through oneDNN with ReLU
/// fused where LibTorch has that.
torch::Tensor conv_same(const torch::Tensor& x, const torch::Tensor& weight,
                        const torch::Tensor& bias, bool relu);

/// conv_same of upsample_concat(x, skip), which is not written to memory where winograd.h
/// fits.
torch::Tensor conv_upsampled(const torch::Tensor& x, const torch::Tensor& skip,
                             const torch::Tensor& weight, const torch::Tensor& bias,
                             bool relu = true);

/// max_pool of conv_same with ReLU, which is not written to memory where winograd.h fits and no
/// gradient is wanted.
torch::Tensor conv_pool(const torch::Tensor& x, const torch::Tensor& weight,
                        const torch::Tensor& bias, const PoolWindow& window);

/// Runs `layers` on horizontal strips of x, slabs of planes of a stack, and joins the results: the
/// same numbers with the memory of one strip. `halo` is how many input rows (planes) above and
/// below one can matter; `scale` how many make one of the output (a pooling inside); strips are
/// multiples of it. Only without gradient; x is (N, C, [Z,] H, W).
torch::Tensor in_strips(const torch::Tensor& x, std::int64_t halo, std::int64_t scale,
                        const std::function<torch::Tensor(const torch::Tensor&)>& layers);

}  // namespace karyo
