#pragma once

/// The U-Net of csbdeep and n2v in two and three dimensions, from a plan of its convolutions.

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "models/io/unet_plan.h"
#include "models/nn/conv_block.h"
#include "models/nn/stack_ops.h"

namespace karyo {

/// Not thread-safe while weights change or in training; passes for prediction may run side by side.
class Unet {
 public:
  /// `norms_before`: how many batch normalisations other parts of the Keras model have created
  /// already, since Keras numbers them.
  Unet(const UnetPlan& plan, std::int64_t norms_before, Random& random);

  /// x (N, C, [Z,] Y, X), channels_last, extents multiples of plan.divisor(): (N, F, [Z,] Y, X) of
  /// the first level's filters. In float32 or bfloat16, as x is.
  torch::Tensor forward(torch::Tensor x, Pass pass) const;

  const UnetPlan& plan() const { return plan_; }
  std::vector<ConvBlock>& blocks() { return blocks_; }  ///< as they run
  const std::vector<ConvBlock>& blocks() const { return blocks_; }
  /// Of N2V2's pooling, (C, 1, 3, 3) a level, not learnt; else empty.
  std::vector<torch::Tensor>& blurs() { return blurs_; }
  const std::vector<torch::Tensor>& blurs() const { return blurs_; }
  void to(const torch::Device& device);

 private:
  UnetPlan plan_;
  StackWindow window_{1, 1, 1};
  std::vector<ConvBlock> blocks_;
  std::vector<torch::Tensor> blurs_;
};

}  // namespace karyo
