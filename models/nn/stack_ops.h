#pragma once

/// Pooling and up-sampling of pictures and stacks alike, by windows of planes, rows and columns.
///
/// Pictures are (N, C, H, W), and their window has one plane; stacks are (N, C, Z, H, W). Built on
/// resample.h, plane by plane.

#include <torch/torch.h>

#include <array>
#include <cstdint>

namespace karyo {

/// Planes, rows and columns.
using StackWindow = std::array<std::int64_t, 3>;

/// Largest value of each window, which divides the extents.
torch::Tensor max_pool_nd(const torch::Tensor& x, const StackWindow& window);

/// Each value repeated as often as the window has places.
torch::Tensor upsample_nd(const torch::Tensor& x, const StackWindow& window);

/// x up-sampled to the extents of `skip`, then the channels of skip. Extents of skip are multiples
/// of those of x.
torch::Tensor upsample_concat_nd(const torch::Tensor& x, const torch::Tensor& skip);

/// N2V2's pooling of pictures with even extents: the largest of the 2 x 2 pixels at and after each
/// pixel, then `blur` (C, 1, 3, 3) at every second pixel, each channel by itself. What lies outside
/// is left out of the first and 0 for the second.
/// Source  n2v 0.3.3, MaxBlurPool2D (Zhang, Making Convolutional Networks Shift-Invariant Again,
///         ICML 2019).
torch::Tensor max_blur_pool(const torch::Tensor& x, const torch::Tensor& blur);

}  // namespace karyo
