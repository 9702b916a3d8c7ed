#pragma once

/// The memory that the network's pictures lie in on the CPU: (N, H, W, C), seen as (N, C, H, W).

#include <torch/torch.h>

#include <cstdint>

namespace karyo {

inline constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

/// Not initialised; as many pictures as `like`, of its type, without gradient.
inline torch::Tensor empty_picture(const torch::Tensor& like, std::int64_t channels,
                                   std::int64_t height, std::int64_t width) {
  return torch::empty({like.size(0), channels, height, width},
                      like.options().requires_grad(false).memory_format(kChannelsLast));
}

}  // namespace karyo
