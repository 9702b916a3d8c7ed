#include "models/nn/resample.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "models/nn/channels_last.h"

namespace karyo {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Whether the loops below read it as it lies; everything else is left to LibTorch.
bool has_lean_layout(const torch::Tensor& x) {
  return x.is_cpu() && x.is_contiguous(kChannelsLast) &&
         (x.scalar_type() == torch::kFloat32 || x.scalar_type() == torch::kBFloat16);
}

/// Calls `row(i)` for each of `rows` rows on all threads.
template <typename Row>
void each_row(std::int64_t rows, const Row& row) {
  at::parallel_for(0, rows, 8, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) row(i);
  });
}

template <typename Visit>
void with_scalar_type(const torch::Tensor& x, const Visit& visit) {
  if (x.scalar_type() == torch::kFloat32) {
    visit(float{});
  } else {
    visit(at::BFloat16{});
  }
}

/// The windows of one row of results: where their values begin in the input, channel last.
struct WindowRows {
  std::int64_t channels, width;  ///< of the input
  PoolWindow window;

  std::int64_t offset(std::int64_t row, std::int64_t x, std::int64_t k) const {
    const std::int64_t dy = k / window[1], dx = k % window[1];
    return ((row * window[0] + dy) * width + x * window[1] + dx) * channels;
  }
  std::int64_t taps() const { return window[0] * window[1]; }
};

template <typename T>
void pool_row(const T* in, const WindowRows& rows, std::int64_t row, std::int64_t results, T* out) {
  for (std::int64_t x = 0; x < results; ++x, out += rows.channels) {
    std::copy_n(in + rows.offset(row, x, 0), rows.channels, out);
    for (std::int64_t k = 1; k < rows.taps(); ++k) {
      const T* tap = in + rows.offset(row, x, k);
      for (std::int64_t c = 0; c < rows.channels; ++c) {
        const float value = tap[c], best = out[c];
        out[c] = value > best || value != value ? tap[c] : out[c];
      }
    }
  }
}

/// `taken` has an entry a channel and is scratch.
template <typename T>
void unpool_row(const T* in, const T* pooled, const T* outer, const WindowRows& rows,
                std::int64_t row, std::int64_t results, std::vector<std::uint32_t>& taken,
                T* inner) {
  const T none = T(0.0F);
  for (std::int64_t x = 0; x < results; ++x, pooled += rows.channels, outer += rows.channels) {
    std::fill(taken.begin(), taken.end(), 0);
    for (std::int64_t k = 0; k < rows.taps(); ++k) {
      const T* tap = in + rows.offset(row, x, k);
      T* gradient = inner + rows.offset(row, x, k);
      for (std::int64_t c = 0; c < rows.channels; ++c) {
        const float value = tap[c], best = pooled[c];
        const bool first = taken[c] == 0 && (value == best || value != value);
        gradient[c] = first ? outer[c] : none;
        taken[c] |= static_cast<std::uint32_t>(first);
      }
    }
  }
}

/// Rows of all images lie one after another, since the window divides the height.
torch::Tensor pool_forward(const torch::Tensor& x, const PoolWindow& window) {
  const std::int64_t height = x.size(2) / window[0], width = x.size(3) / window[1];
  auto y = empty_picture(x, x.size(1), height, width);
  const WindowRows rows{x.size(1), x.size(3), window};
  with_scalar_type(x, [&]<typename T>(T) {
    const T* in = x.const_data_ptr<T>();
    T* out = y.mutable_data_ptr<T>();
    each_row(x.size(0) * height, [&](std::int64_t row) {
      pool_row(in, rows, row, width, out + row * width * rows.channels);
    });
  });
  return y;
}

torch::Tensor pool_backward(const torch::Tensor& x, const torch::Tensor& y,
                            const torch::Tensor& outer, const PoolWindow& window) {
  auto inner = empty_picture(x, x.size(1), x.size(2), x.size(3));
  const std::int64_t width = y.size(3);
  const WindowRows rows{x.size(1), x.size(3), window};
  with_scalar_type(x, [&]<typename T>(T) {
    const T* in = x.const_data_ptr<T>();
    const T* pooled = y.const_data_ptr<T>();
    const T* given = outer.const_data_ptr<T>();
    T* out = inner.mutable_data_ptr<T>();
    at::parallel_for(0, y.size(0) * y.size(2), 8, [&](std::int64_t first, std::int64_t last) {
      std::vector<std::uint32_t> taken(static_cast<std::size_t>(rows.channels));
      for (std::int64_t row = first; row < last; ++row) {
        const std::int64_t begin = row * width * rows.channels;
        unpool_row(in, pooled + begin, given + begin, rows, row, width, taken, out);
      }
    });
  });
  return inner;
}

/// Keeps input and result, which the neighbouring convolutions keep anyway, and no indices.
class MaxPool : public torch::autograd::Function<MaxPool> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, std::int64_t rows,
                               std::int64_t columns) {
    auto y = pool_forward(x, {rows, columns});
    context->save_for_backward({x, y});
    context->saved_data["rows"] = rows;
    context->saved_data["columns"] = columns;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const PoolWindow window{context->saved_data["rows"].toInt(),
                            context->saved_data["columns"].toInt()};
    return {pool_backward(saved[0], saved[1], outer[0].contiguous(kChannelsLast), window), {}, {}};
  }
};

torch::Tensor concat_forward(const torch::Tensor& x, const torch::Tensor& skip) {
  const std::int64_t height = skip.size(2), width = skip.size(3);
  const std::int64_t step_y = height / x.size(2), step_x = width / x.size(3);
  auto y = empty_picture(skip, x.size(1) + skip.size(1), height, width);
  const std::size_t upper = static_cast<std::size_t>(x.size(1)) * x.element_size();
  const std::size_t beside = static_cast<std::size_t>(skip.size(1)) * skip.element_size();
  const auto* coarse = static_cast<const char*>(x.const_data_ptr());
  const auto* fine = static_cast<const char*>(skip.const_data_ptr());
  auto* out = static_cast<char*>(y.mutable_data_ptr());
  each_row(y.size(0) * height, [&](std::int64_t row) {
    const auto* above = coarse + static_cast<std::size_t>(row / step_y * x.size(3)) * upper;
    for (std::int64_t column = 0; column < width; ++column) {
      const auto pixel = static_cast<std::size_t>(row * width + column);
      char* to = out + pixel * (upper + beside);
      std::memcpy(to, above + static_cast<std::size_t>(column / step_x) * upper, upper);
      std::memcpy(to + upper, fine + pixel * beside, beside);
    }
  });
  return y;
}

torch::Tensor gather_upsampled(const torch::Tensor& outer, std::int64_t channels,
                               std::int64_t height, std::int64_t width) {
  auto inner = empty_picture(outer, channels, height, width);
  const std::int64_t all = outer.size(1), wide = outer.size(3);
  const WindowRows rows{all, wide, {outer.size(2) / height, wide / width}};
  with_scalar_type(outer, [&]<typename T>(T) {
    const T* in = outer.const_data_ptr<T>();
    T* out = inner.mutable_data_ptr<T>();
    at::parallel_for(0, inner.size(0) * height, 8, [&](std::int64_t first, std::int64_t last) {
      std::vector<float> sum(static_cast<std::size_t>(channels));
      for (std::int64_t row = first; row < last; ++row) {
        for (std::int64_t x = 0; x < width; ++x) {
          std::fill(sum.begin(), sum.end(), 0.0F);
          for (std::int64_t k = 0; k < rows.taps(); ++k) {
            const T* tap = in + rows.offset(row, x, k);
            for (std::int64_t c = 0; c < channels; ++c) sum[c] += static_cast<float>(tap[c]);
          }
          std::copy(sum.begin(), sum.end(), out + (row * width + x) * channels);
        }
      }
    });
  });
  return inner;
}

class UpsampleConcat : public torch::autograd::Function<UpsampleConcat> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& skip) {
    context->saved_data["shape"] = x.sizes();
    return concat_forward(x, skip);
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto [for_x, for_skip] = upsample_concat_backward(
        outer[0].contiguous(kChannelsLast), context->saved_data["shape"].toIntVector());
    return {for_x, for_skip};
  }
};

}  // namespace

torch::Tensor max_pool(const torch::Tensor& x, const PoolWindow& window) {
  const bool divides = x.size(2) % window[0] == 0 && x.size(3) % window[1] == 0;
  if (!divides || !has_lean_layout(x)) return torch::max_pool2d(x, window);
  if (!torch::GradMode::is_enabled()) return pool_forward(x, window);
  return MaxPool::apply(x, window[0], window[1]);
}

std::pair<torch::Tensor, torch::Tensor> upsample_concat_backward(const torch::Tensor& outer,
                                                                 at::IntArrayRef shape) {
  const std::int64_t beside = outer.size(1) - shape[1];
  return {gather_upsampled(outer, shape[1], shape[2], shape[3]),
          outer.narrow(1, shape[1], beside).contiguous(kChannelsLast)};
}

torch::Tensor upsample_concat(const torch::Tensor& x, const torch::Tensor& skip) {
  const bool divides = skip.size(2) % x.size(2) == 0 && skip.size(3) % x.size(3) == 0;
  if (!divides || !has_lean_layout(x) || !has_lean_layout(skip) ||
      x.scalar_type() != skip.scalar_type()) {
    const std::vector<std::int64_t> size{skip.size(2), skip.size(3)};
    return torch::cat({torch::upsample_nearest2d(x, size), skip}, 1);
  }
  if (!torch::GradMode::is_enabled()) return concat_forward(x, skip);
  return UpsampleConcat::apply(x, skip);
}

}  // namespace karyo
