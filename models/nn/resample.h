#pragma once

/// Pooling and up-sampling of a U-Net, lean: no index tensors, no copy between the two.

#include <torch/torch.h>

#include <array>
#include <cstdint>
#include <utility>

namespace karyo {

/// Rows and columns one result pixel stands for.
using PoolWindow = std::array<std::int64_t, 2>;

/// Largest value of each window; windows do not overlap, a remainder at the end is left out. The
/// gradient goes to the first largest value of a window in reading order. NaN is the largest.
/// x (N, C, H, W). The same values as torch::max_pool2d, which keeps 8 bytes of index a result.
torch::Tensor max_pool(const torch::Tensor& x, const PoolWindow& window);

/// x (N, C, h, w) repeated to the height and width of skip (N, D, H, W), then skip's channels:
/// (N, C + D, H, W). The same values as torch::cat({torch::upsample_nearest2d(x), skip}, 1).
torch::Tensor upsample_concat(const torch::Tensor& x, const torch::Tensor& skip);

/// Its gradients with respect to x, whose shape is given, and skip, from that of its result in
/// channels_last memory. A pixel of x gets the sum over those it became, added in float32.
std::pair<torch::Tensor, torch::Tensor> upsample_concat_backward(const torch::Tensor& outer,
                                                                 at::IntArrayRef shape);

}  // namespace karyo
