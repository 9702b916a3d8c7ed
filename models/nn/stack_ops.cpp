#include "models/nn/stack_ops.h"

#include <limits>

#include "models/nn/channels_last.h"
#include "models/nn/resample.h"

namespace karyo {
namespace {

/// Each plane `times` times, one after another.
torch::Tensor repeat_planes(const torch::Tensor& x, std::int64_t times) {
  if (times == 1) return x;
  // Written in the order the memory has, so that the result is channels_last without a turn.
  const auto lying = x.permute({0, 2, 3, 4, 1}).unsqueeze(2);
  return lying.expand({-1, -1, times, -1, -1, -1}).flatten(1, 2).permute({0, 4, 1, 2, 3});
}

}  // namespace

torch::Tensor max_pool_nd(const torch::Tensor& x, const StackWindow& window) {
  const PoolWindow plane{window[1], window[2]};
  if (x.dim() == 4) return max_pool(x, plane);
  const auto flat = stacks_of(max_pool(planes_of(x), plane), x.size(0));
  auto y = flat.slice(2, 0, std::nullopt, window[0]);
  for (std::int64_t k = 1; k < window[0]; ++k) {
    y = torch::maximum(y, flat.slice(2, k, std::nullopt, window[0]));
  }
  return y;
}

torch::Tensor upsample_nd(const torch::Tensor& x, const StackWindow& window) {
  if (x.dim() == 5) {
    const auto rows = repeat_planes(x, window[0]);
    return stacks_of(upsample_nd(planes_of(rows), {1, window[1], window[2]}), x.size(0));
  }
  const std::vector<std::int64_t> size{x.size(2) * window[1], x.size(3) * window[2]};
  return torch::upsample_nearest2d(x, size);
}

torch::Tensor upsample_concat_nd(const torch::Tensor& x, const torch::Tensor& skip) {
  if (x.dim() == 4) return upsample_concat(x, skip);
  const auto rows = repeat_planes(x, skip.size(2) / x.size(2));
  return stacks_of(upsample_concat(planes_of(rows), planes_of(skip)), x.size(0));
}

torch::Tensor max_blur_pool(const torch::Tensor& x, const torch::Tensor& blur) {
  constexpr double kLowest = -std::numeric_limits<double>::infinity();
  const auto largest =
      torch::max_pool2d(torch::constant_pad_nd(x, {0, 1, 0, 1}, kLowest), {2, 2}, {1, 1});
  const std::vector<std::int64_t> two{2, 2}, zero{0, 0}, one{1, 1};
  return torch::conv2d(torch::constant_pad_nd(largest, {0, 1, 0, 1}, 0), blur.to(x.scalar_type()),
                       torch::Tensor(), two, zero, one, x.size(1));
}

}  // namespace karyo
