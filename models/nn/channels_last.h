#pragma once

/// The memory that the network's pictures lie in on the CPU: (N, H, W, C), seen as (N, C, H, W),
/// and stacks likewise (N, Z, H, W, C), seen as (N, C, Z, H, W).

#include <torch/torch.h>

#include <cstdint>

namespace karyo {

inline constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

/// The same for pictures and stacks, by the number of axes: 4 or 5.
inline at::MemoryFormat channels_last_of(std::int64_t axes) {
  return axes == 5 ? at::MemoryFormat::ChannelsLast3d : kChannelsLast;
}

/// Not initialised; as many pictures as `like`, of its type, without gradient.
inline torch::Tensor empty_picture(const torch::Tensor& like, std::int64_t channels,
                                   std::int64_t height, std::int64_t width) {
  return torch::empty({like.size(0), channels, height, width},
                      like.options().requires_grad(false).memory_format(kChannelsLast));
}

/// A stack (N, C, Z, H, W) in channels_last memory as pictures (N * Z, C, H, W); no copy.
inline torch::Tensor planes_of(const torch::Tensor& stack) {
  return stack.permute({0, 2, 1, 3, 4}).flatten(0, 1);
}

/// Pictures as `stacks` stacks; no copy. Undoes planes_of.
inline torch::Tensor stacks_of(const torch::Tensor& planes, std::int64_t stacks) {
  return planes.unflatten(0, {stacks, planes.size(0) / stacks}).permute({0, 2, 1, 3, 4});
}

}  // namespace karyo
