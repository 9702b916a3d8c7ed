#pragma once

/// What winograd.cpp needs of an instruction set. Each winograd_<set>.cpp compiles
/// winograd_kernels.inc with that set's flags; nothing inline is shared with other files, since the
/// linker would keep one version of it for all processors.

#include "models/nn/winograd.h"

namespace karyo::winograd {

/// Windows of a block, and how their numbers lie:
///   windows  [16][rows][in]                   step from one of the 16 to the next: window_step
///   results  [16][out / panel][rows][panel]   step: result_step
/// 16 is 36 where kernels are 5 x 5. The steps are not multiples of 4096 bytes, which would crowd
/// all 16 into a few cache sets.
struct BlockShape {
  std::int64_t in = 0;      ///< channels of all sources, and of all planes that a kernel spans
  std::int64_t rows = 0;    ///< windows a block holds
  std::int64_t panels = 0;  ///< of result channels, the last one filled up with zeros
  std::int64_t window_step = 0, result_step = 0;
};

/// The windows cover an image in steps of 2.
struct WindowGrid {
  std::int64_t rows = 0, columns = 0, count = 0;
};

/// For kernels of one span.
struct SpanKernels {
  void (*run)(const Convolution&, const float* weights, const WindowGrid&, const BlockShape&,
              std::int64_t first, std::int64_t last, float* scratch);
  void (*add)(const WeightGradient&, const WindowGrid&, const BlockShape&, std::int64_t first,
              std::int64_t last, float* scratch, float* sums);
};

struct Kernels {
  std::int64_t panel;         ///< result channels computed together
  std::int64_t row_multiple;  ///< windows computed together
  SpanKernels of_3, of_5;

  const SpanKernels& of(std::int64_t span) const { return span == 3 ? of_3 : of_5; }
};

extern const Kernels kAvx2, kAvx512;

}  // namespace karyo::winograd
