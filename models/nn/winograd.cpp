#include "models/nn/winograd.h"

#include <algorithm>

#include "models/nn/winograd_kernels.h"

namespace karyo::winograd {
namespace {

/// The fastest this processor has, or null.
const Kernels* kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") != 0) return &kAvx512;
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) return &kAvx2;
#endif
  return nullptr;
}

// A block's numbers take at most this much, of the 512 KiB or more a core keeps to itself.
constexpr std::int64_t kBlockFloats = 96 * 1024;
constexpr std::int64_t kFewestRows = 24;  // else weights are read more often than they are used

WindowGrid grid_of(const Extent& extent) {
  WindowGrid grid{(extent.height + 1) / 2, (extent.width + 1) / 2, 0};
  grid.count = extent.images * grid.rows * grid.columns;
  return grid;
}

/// Of a window, and so of a kernel.
std::int64_t numbers_of(std::int64_t span) {
  return (span + 1) * (span + 1);
}

BlockShape block_shape(std::int64_t in, std::int64_t out, std::int64_t span) {
  const Kernels& with = *kernels();
  BlockShape shape;
  shape.in = in;
  shape.panels = (out + with.panel - 1) / with.panel;
  const std::int64_t fitting = kBlockFloats / (numbers_of(span) * (in + shape.panels * with.panel));
  shape.rows = std::max(kFewestRows, fitting / with.row_multiple * with.row_multiple);
  // A cache line more moves each of the numbers to other cache sets.
  shape.window_step = shape.rows * in + 16;
  shape.result_step = shape.panels * shape.rows * with.panel + 16;
  return shape;
}

BlockShape block_shape(const WeightGradient& gradient) {
  return block_shape((gradient.first.channels + gradient.second.channels) * gradient.taps.depth,
                     gradient.out, gradient.taps.span);
}

BlockShape block_shape(const PackedWeights& weights) {
  return block_shape(weights.in, weights.out, weights.taps.span);
}

std::int64_t scratch_size(const BlockShape& shape, std::int64_t out, std::int64_t span) {
  return std::max(shape.in, out) + numbers_of(span) * (shape.window_step + shape.result_step);
}

/// G of F(2, span): a row of it times a row of a kernel is one of the window's numbers.
template <int kSpan>
constexpr float kG[kSpan + 1][kSpan] = {};
template <>
constexpr float kG<3>[4][3] = {{1, 0, 0}, {0.5F, 0.5F, 0.5F}, {0.5F, -0.5F, 0.5F}, {0, 0, 1}};
template <>
constexpr float kG<5>[6][5] = {{1 / 4.0F, 0, 0, 0, 0},
                               {-1 / 6.0F, -1 / 6.0F, -1 / 6.0F, -1 / 6.0F, -1 / 6.0F},
                               {-1 / 6.0F, 1 / 6.0F, -1 / 6.0F, 1 / 6.0F, -1 / 6.0F},
                               {1 / 24.0F, 1 / 12.0F, 1 / 6.0F, 1 / 3.0F, 2 / 3.0F},
                               {1 / 24.0F, -1 / 12.0F, 1 / 6.0F, -1 / 3.0F, 2 / 3.0F},
                               {0, 0, 0, 0, 1}};

/// G^T s G of the sums s: the gradient of the kernel.
template <int kSpan>
void kernel_gradient(const float* s, float* g) {
  constexpr int kSide = kSpan + 1;
  for (int k = 0; k < kSpan; ++k) {
    float row[kSide] = {};
    for (int i = 0; i < kSide; ++i) {
      for (int j = 0; j < kSide; ++j) row[j] += kG<kSpan>[i][k] * s[i * kSide + j];
    }
    for (int l = 0; l < kSpan; ++l) {
      float sum = 0;
      for (int j = 0; j < kSide; ++j) sum += row[j] * kG<kSpan>[j][l];
      g[k * kSpan + l] = sum;
    }
  }
}

constexpr std::int64_t kWidestPanel = 32;

/// Numbers of a panel's channels side by side.
struct Lanes {
  float values[kWidestPanel] = {};
  void add(float factor, const Lanes& other) {
    for (std::int64_t lane = 0; lane < kWidestPanel; ++lane) {
      values[lane] += factor * other.values[lane];
    }
  }
};

/// G g G^T of each kernel g, as [numbers][out / panel][in][panel]; `tap(o, i, k)` is tap k of a
/// plane's.
template <int kSpan, typename Tap>
PackedWeights pack_taps(std::int64_t in, std::int64_t out, const Taps& taps, const Tap& tap) {
  constexpr int kSide = kSpan + 1;
  const std::int64_t panel = kernels()->panel, panels = (out + panel - 1) / panel;
  PackedWeights packed{in, out, taps, std::vector<float>(kSide * kSide * panels * in * panel)};
  for (std::int64_t first = 0; first < out; first += panel) {
    const std::int64_t used = std::min(panel, out - first);
    float* to = packed.values.data() + first * in;
    for (std::int64_t i = 0; i < in; ++i, to += panel) {
      Lanes g[kSpan][kSpan], half[kSide][kSpan];
      for (std::int64_t lane = 0; lane < used; ++lane) {
        for (int k = 0; k < kSpan * kSpan; ++k) {
          g[k / kSpan][k % kSpan].values[lane] = tap(first + lane, i, k);
        }
      }
      for (int row = 0; row < kSide; ++row) {
        for (int k = 0; k < kSpan; ++k) {
          for (int l = 0; l < kSpan; ++l) half[row][l].add(kG<kSpan>[row][k], g[k][l]);
        }
        for (int column = 0; column < kSide; ++column) {
          Lanes u;
          for (int l = 0; l < kSpan; ++l) u.add(kG<kSpan>[column][l], half[row][l]);
          std::copy_n(u.values, panel, to + (row * kSide + column) * panels * in * panel);
        }
      }
    }
  }
  return packed;
}

template <typename Tap>
PackedWeights pack_taps(std::int64_t in, std::int64_t out, const Taps& taps, const Tap& tap) {
  return taps.span == 3 ? pack_taps<3>(in, out, taps, tap) : pack_taps<5>(in, out, taps, tap);
}

std::int64_t block_count(const WindowGrid& grid, const BlockShape& shape) {
  return (grid.count + shape.rows - 1) / shape.rows;
}

}  // namespace

bool can_run(std::int64_t in, std::int64_t out) {
  return kernels() != nullptr && in % 8 == 0 && out % 8 == 0;
}

PackedWeights pack(const float* weight, std::int64_t out, std::int64_t in, const Taps& taps) {
  const std::int64_t in_plane = taps.span * taps.span;
  return pack_taps(taps.depth * in, out, taps, [=](std::int64_t o, std::int64_t i, int k) {
    return weight[((o * taps.depth + i / in) * in_plane + k) * in + i % in];
  });
}

PackedWeights pack_backward(const float* weight, std::int64_t out, std::int64_t in,
                            const Taps& taps) {
  const std::int64_t in_plane = taps.span * taps.span;
  return pack_taps(taps.depth * out, in, taps, [=](std::int64_t o, std::int64_t i, int k) {
    const std::int64_t plane = i % out * taps.depth + taps.depth - 1 - i / out;
    return weight[(plane * in_plane + in_plane - 1 - k) * in + o];
  });
}

std::int64_t block_count(const Convolution& convolution) {
  return block_count(grid_of(convolution.extent), block_shape(*convolution.weights));
}

void run(const Convolution& convolution, std::int64_t first, std::int64_t last) {
  const auto& weights = *convolution.weights;
  const BlockShape shape = block_shape(weights);
  const std::int64_t span = weights.taps.span;
  std::vector<float> scratch(scratch_size(shape, weights.out, span));
  kernels()->of(span).run(convolution, weights.values.data(), grid_of(convolution.extent), shape,
                          first, last, scratch.data());
}

std::int64_t block_count(const WeightGradient& gradient) {
  return block_count(grid_of(gradient.extent), block_shape(gradient));
}

std::int64_t sums_size(const WeightGradient& gradient) {
  const BlockShape shape = block_shape(gradient);
  return (numbers_of(gradient.taps.span) * shape.in + 1) * shape.panels * kernels()->panel;
}

void add(const WeightGradient& gradient, std::int64_t first, std::int64_t last, float* sums) {
  const BlockShape shape = block_shape(gradient);
  const std::int64_t span = gradient.taps.span;
  std::vector<float> scratch(scratch_size(shape, gradient.out, span));
  kernels()->of(span).add(gradient, grid_of(gradient.extent), shape, first, last, scratch.data(),
                          sums);
}

void finish(const WeightGradient& gradient, const float* sums, float* weight, float* bias) {
  constexpr std::int64_t kMostNumbers = 36, kMostTaps = 25;
  const BlockShape shape = block_shape(gradient);
  const std::int64_t in = shape.in, panel = kernels()->panel, panels = shape.panels;
  const std::int64_t depth = gradient.taps.depth, span = gradient.taps.span, channels = in / depth;
  const std::int64_t numbers = numbers_of(span), in_plane = span * span;
  for (std::int64_t o = 0; o < gradient.out; ++o) {
    const float* from = sums + o / panel * in * panel + o % panel;
    for (std::int64_t i = 0; i < in; ++i) {
      float s[kMostNumbers], g[kMostTaps];
      for (int p = 0; p < numbers; ++p) s[p] = from[p * panels * in * panel + i * panel];
      span == 3 ? kernel_gradient<3>(s, g) : kernel_gradient<5>(s, g);
      float* to = weight + (o * depth + i / channels) * in_plane * channels + i % channels;
      for (int k = 0; k < in_plane; ++k) to[k * channels] = g[k];
    }
    bias[o] = sums[numbers * panels * in * panel + o / panel * panel + o % panel];
  }
}

}  // namespace karyo::winograd
