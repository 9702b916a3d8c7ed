#pragma once

/// Weights between Keras' arrays and LibTorch's tensors.

#include <torch/torch.h>

#include <string>

#include "models/io/named_array.h"

namespace karyo {

/// Kernels are (spatial..., in, out) in Keras, (out, in, spatial...) in LibTorch; the kernel of a
/// convolution of each channel by itself ("blur_kernel") is (spatial..., channel, 1) and (channel,
/// 1, spatial...). Other arrays are the same in both. The result is float32 on the CPU.
torch::Tensor tensor_from_keras(const NamedArray& array);

/// The same back; `name` is the array's role: "kernel", "blur_kernel", "bias", ...
NamedArray array_for_keras(const std::string& name, const torch::Tensor& tensor);

}  // namespace karyo
