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

BlockShape block_shape(std::int64_t in, std::int64_t out) {
  const Kernels& with = *kernels();
  BlockShape shape;
  shape.in = in;
  shape.panels = (out + with.panel - 1) / with.panel;
  const std::int64_t fitting = kBlockFloats / (16 * (in + shape.panels * with.panel));
  shape.rows = std::max(kFewestRows, fitting / with.row_multiple * with.row_multiple);
  // A cache line more moves each of the 16 to other cache sets.
  shape.window_step = shape.rows * in + 16;
  shape.result_step = shape.panels * shape.rows * with.panel + 16;
  return shape;
}

BlockShape block_shape(const WeightGradient& gradient) {
  return block_shape(gradient.first.channels + gradient.second.channels, gradient.out);
}

std::int64_t scratch_size(const BlockShape& shape, std::int64_t out) {
  return std::max(shape.in, out) + 16 * (shape.window_step + shape.result_step);
}

/// G^T s G of the 16 sums s: the gradient of the 3 x 3 kernel.
void kernel_gradient(const float (&s)[16], float (&g)[9]) {
  float half[12];
  for (int j = 0; j < 4; ++j) {
    const float plus = 0.5F * (s[4 + j] + s[8 + j]), minus = 0.5F * (s[4 + j] - s[8 + j]);
    half[j] = s[j] + plus;
    half[4 + j] = minus;
    half[8 + j] = plus + s[12 + j];
  }
  for (int i = 0; i < 3; ++i) {
    const float* row = half + 4 * i;
    const float plus = 0.5F * (row[1] + row[2]), minus = 0.5F * (row[1] - row[2]);
    g[3 * i] = row[0] + plus;
    g[3 * i + 1] = minus;
    g[3 * i + 2] = plus + row[3];
  }
}

constexpr std::int64_t kWidestPanel = 32;

/// a, (a + b + c) / 2, (a - b + c) / 2, c: a row of G times three numbers, for a panel at a time.
void transform_three(const float* a, const float* b, const float* c, std::int64_t step, float* to) {
  for (std::int64_t lane = 0; lane < kWidestPanel; ++lane) {
    const float outer = a[lane] + c[lane];
    to[lane] = a[lane];
    to[step + lane] = 0.5F * (outer + b[lane]);
    to[2 * step + lane] = 0.5F * (outer - b[lane]);
    to[3 * step + lane] = c[lane];
  }
}

/// G g G^T of each 3 x 3 kernel g, as [16][out / panel][in][panel]; `tap(o, i, k)` is tap k of 9.
template <typename Tap>
PackedWeights pack_taps(std::int64_t in, std::int64_t out, const Tap& tap) {
  constexpr std::int64_t kStep = kWidestPanel;
  const std::int64_t panel = kernels()->panel, panels = (out + panel - 1) / panel;
  PackedWeights packed{in, out, std::vector<float>(16 * panels * in * panel)};
  float g[9 * kStep] = {}, half[12 * kStep], u[16 * kStep];
  for (std::int64_t first = 0; first < out; first += panel) {
    const std::int64_t used = std::min(panel, out - first);
    float* to = packed.values.data() + first * in;
    for (std::int64_t i = 0; i < in; ++i, to += panel) {
      for (std::int64_t lane = 0; lane < panel; ++lane) {
        for (int k = 0; k < 9; ++k) g[k * kStep + lane] = lane < used ? tap(first + lane, i, k) : 0;
      }
      for (int j = 0; j < 3; ++j) {
        transform_three(g + j * kStep, g + (3 + j) * kStep, g + (6 + j) * kStep, 3 * kStep,
                        half + j * kStep);
      }
      for (int j = 0; j < 4; ++j) {
        const float* row = half + 3 * j * kStep;
        transform_three(row, row + kStep, row + 2 * kStep, kStep, u + 4 * j * kStep);
      }
      for (int p = 0; p < 16; ++p) {
        std::copy_n(u + p * kStep, panel, to + p * panels * in * panel);
      }
    }
  }
  return packed;
}

std::int64_t block_count(const WindowGrid& grid, const BlockShape& shape) {
  return (grid.count + shape.rows - 1) / shape.rows;
}

}  // namespace

bool can_run(std::int64_t in, std::int64_t out) {
  return kernels() != nullptr && in % 8 == 0 && out % 8 == 0;
}

PackedWeights pack(const float* weight, std::int64_t out, std::int64_t in) {
  return pack_taps(
      in, out, [&](std::int64_t o, std::int64_t i, int k) { return weight[(o * 9 + k) * in + i]; });
}

PackedWeights pack_backward(const float* weight, std::int64_t out, std::int64_t in) {
  return pack_taps(out, in, [&](std::int64_t o, std::int64_t i, int k) {
    return weight[(i * 9 + 8 - k) * in + o];
  });
}

std::int64_t block_count(const Convolution& convolution) {
  const auto& weights = *convolution.weights;
  return block_count(grid_of(convolution.extent), block_shape(weights.in, weights.out));
}

void run(const Convolution& convolution, std::int64_t first, std::int64_t last) {
  const auto& weights = *convolution.weights;
  const BlockShape shape = block_shape(weights.in, weights.out);
  std::vector<float> scratch(scratch_size(shape, weights.out));
  kernels()->run(convolution, weights.values.data(), grid_of(convolution.extent), shape, first,
                 last, scratch.data());
}

std::int64_t block_count(const WeightGradient& gradient) {
  return block_count(grid_of(gradient.extent), block_shape(gradient));
}

std::int64_t sums_size(const WeightGradient& gradient) {
  const BlockShape shape = block_shape(gradient);
  return (16 * shape.in + 1) * shape.panels * kernels()->panel;
}

void add(const WeightGradient& gradient, std::int64_t first, std::int64_t last, float* sums) {
  const BlockShape shape = block_shape(gradient);
  std::vector<float> scratch(scratch_size(shape, gradient.out));
  kernels()->add(gradient, grid_of(gradient.extent), shape, first, last, scratch.data(), sums);
}

void finish(const WeightGradient& gradient, const float* sums, float* weight, float* bias) {
  const BlockShape shape = block_shape(gradient);
  const std::int64_t in = shape.in, panel = kernels()->panel, panels = shape.panels;
  for (std::int64_t o = 0; o < gradient.out; ++o) {
    const float* from = sums + o / panel * in * panel + o % panel;
    for (std::int64_t i = 0; i < in; ++i) {
      float s[16], g[9];
      for (int p = 0; p < 16; ++p) s[p] = from[p * panels * in * panel + i * panel];
      kernel_gradient(s, g);
      for (int k = 0; k < 9; ++k) weight[(o * 9 + k) * in + i] = g[k];
    }
    bias[o] = sums[16 * panels * in * panel + o / panel * panel + o % panel];
  }
}

}  // namespace karyo::winograd
