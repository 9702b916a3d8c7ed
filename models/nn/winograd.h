#pragma once

/// Convolution with "same" zero padding, and its gradients: of 3 x 3 kernels with 16
/// multiplications where the plain sum takes 36, of 5 x 5 kernels with 36 where it takes 100.
///
/// A 4 x 4 window of the input becomes 16 numbers a channel, a 3 x 3 kernel 16 numbers a pair of
/// channels; their products summed over channels become 2 x 2 results. That is 16 matrix products
/// over all windows, done for blocks of windows whose numbers stay in a core's cache. For 5 x 5
/// the windows are 6 x 6. In a stack the planes that a kernel spans are read as one picture of as
/// many times the channels.
///
/// Arrays are (N, [Z,] H, W, C) float32, contiguous; weights (out, [depth,] span, span, in),
/// LibTorch's channels_last memory. Results equal the plain sum to float32 rounding:
/// F(2 x 2, 3 x 3) adds, and halves sums of weights, nothing else; F(2 x 2, 5 x 5) multiplies by
/// up to 25, which costs a digit. NaN and infinity come through.
///
/// Threads  the functions over blocks may run at the same time on disjoint ranges of them.
/// Source   Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016.

#include <cstdint>
#include <vector>

namespace karyo::winograd {

/// Whether this processor has the instructions (AVX2 with FMA, or AVX-512) and the numbers of
/// channels fill them (multiples of 8).
bool can_run(std::int64_t in, std::int64_t out);

/// How many pictures, and their height and width.
struct Extent {
  std::int64_t images = 1, height = 0, width = 0;
  std::int64_t planes = 1;  ///< how many pictures after another are a stack
};

/// A kernel's planes, and its rows and as many columns: odd numbers, span 3 or 5.
struct Taps {
  std::int64_t depth = 1, span = 3;
};

/// Channels to read; owns nothing. Without channels it is not there.
struct Source {
  const float* data = nullptr;
  std::int64_t channels = 0;
  /// data has half the height and width, and each of its pixels stands for 2 x 2.
  bool doubled = false;
};

/// Weights as the products take them; 16/9 or 36/25 of their size, whatever the images.
struct PackedWeights {
  std::int64_t in = 0, out = 0;  ///< in: of all planes that a kernel spans
  Taps taps = {};
  std::vector<float> values;
};
PackedWeights pack(const float* weight, std::int64_t out, std::int64_t in, const Taps& taps = {});
/// For the gradient with respect to the input, which is a convolution from `out` to `in` channels.
PackedWeights pack_backward(const float* weight, std::int64_t out, std::int64_t in,
                            const Taps& taps = {});

struct Convolution {
  Extent extent;         ///< of the result
  Source first,
      second;  ///< read as one picture; only `first` may double, and not where taps.depth > 1
  const PackedWeights* weights = nullptr;
  const float* bias = nullptr;  ///< (out), or null
  bool relu = false;
  float* result = nullptr;  ///< (N, H, W, out), or null where only `pooled` is wanted
  float* pooled = nullptr;  ///< (N, H/2, W/2, out), the largest of 2 x 2, or null; H and W even
};
std::int64_t block_count(const Convolution& convolution);
/// Computes the results of blocks [first, last).
void run(const Convolution& convolution, std::int64_t first, std::int64_t last);

/// Gradient with respect to weights and bias.
struct WeightGradient {
  Extent extent;
  Source first, second;          ///< as in Convolution
  const float* outer = nullptr;  ///< (N, H, W, out): with respect to the convolution's result
  std::int64_t out = 0;
  Taps taps = {};
};
std::int64_t block_count(const WeightGradient& gradient);
/// How many floats `sums` has; they start as 0.
std::int64_t sums_size(const WeightGradient& gradient);
void add(const WeightGradient& gradient, std::int64_t first, std::int64_t last, float* sums);
/// weight (out, [depth,] span, span, in) and bias (out) from the sums over all blocks.
void finish(const WeightGradient& gradient, const float* sums, float* weight, float* bias);

}  // namespace karyo::winograd
