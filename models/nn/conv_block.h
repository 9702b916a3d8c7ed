#pragma once

/// Convolution, batch normalisation where there is one, ReLU: what csbdeep's networks are made of,
/// in two and three dimensions.

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "models/nn/shared_batch_norm.h"

namespace karyo {

/// Whether batch normalisation takes the batch's own statistics and learns from them, or the ones
/// it has learnt.
enum class Pass { kTraining, kPrediction };

/// Weights float32; the convolution has a bias, odd kernels and "same" zero padding.
struct ConvBlock {
  std::string name;      ///< of the convolution in the Keras model
  torch::Tensor weight;  ///< (out, in, [kz,] ky, kx), channels_last
  torch::Tensor bias;    ///< (out)

  /// Undefined where there is no batch normalisation; (out) each. Epsilon 1e-3, momentum 0.99 in
  /// Keras' words. The learnt variance is the unbiased one, as under Keras 2.
  std::string norm_name;  ///< of the normalisation in the Keras model
  torch::Tensor gamma, beta, mean, variance;
  /// Where several processes have parts of a batch: adds up over them. Null: this one has it all.
  std::shared_ptr<const AddUp> add_up;

  /// Kernel Glorot-uniform and bias 0, as Keras draws them.
  static ConvBlock create(const std::string& name, std::int64_t in, std::int64_t out,
                          const std::vector<int>& kernel, Random& random);
  void add_batch_norm(const std::string& keras_name);

  /// x (N, in, [Z,] Y, X), channels_last, float32 or bfloat16. In prediction the normalisation is
  /// part of the convolution's weights.
  torch::Tensor forward(const torch::Tensor& x, Pass pass) const;
  /// The same for x up-sampled to the extents of skip and skip's channels after it.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& skip, Pass pass) const;
  /// The convolution alone, for a network's last layers.
  torch::Tensor linear(const torch::Tensor& x) const;

  void append_parameters(std::vector<torch::Tensor>& all) const;
  void to(const torch::Device& device);

 private:
  torch::Tensor finish(const torch::Tensor& convolved) const;
};

}  // namespace karyo
