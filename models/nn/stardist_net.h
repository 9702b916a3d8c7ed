#pragma once

/// The StarDist network: pooling to the grid, U-Net, features, probability and distance heads.
///
/// Equal to csbdeep 0.8.2's U-Net under stardist 0.9.2's StarDist2D (Schmidt et al., MICCAI 2018).
/// Tensors are NCHW in channels_last memory.

#include <torch/torch.h>

#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "models/device.h"
#include "models/io/stardist_config.h"
#include "models/nn/resample.h"

namespace karyo {

/// One convolution with bias, "same" zero padding, named as in the Keras model.
struct ConvLayer {
  std::string name;
  torch::Tensor weight;  ///< (out, in, kh, kw) float32, channels_last
  torch::Tensor bias;    ///< (out) float32
};

/// What the two 1x1 heads give, on the grid, float32: channel 0 the logit of the probability,
/// channels 1 to rays the distances in pixels, not clipped. Shape (N, 1 + rays, h, w).
struct StarDistOutput {
  torch::Tensor head;

  torch::Tensor prob() const { return head.narrow(1, 0, 1).sigmoid(); }       ///< (N, 1, h, w)
  torch::Tensor dist() const { return head.narrow(1, 1, head.size(1) - 1); }  ///< (N, rays, h, w)
};

/// Not thread-safe while weights change; passes without gradient may run side by side.
class StarDistNet {
 public:
  /// Layers as `config` says, weights Glorot-uniform, biases 0, as Keras draws them.
  /// Errors: kUnsupported for 3D, classes, ResNet, batch norm, dropout, other activations.
  static Result<StarDistNet> create(const StarDistConfig& config, Random& random);

  /// x (N, C, H, W), H and W divisible by divisor_y(), divisor_x(); float32.
  /// `precision` is that of everything but the heads, which are float32. Without gradient the
  /// widest layers run strip by strip, which gives the same numbers in a third of the memory.
  StarDistOutput forward(const torch::Tensor& x, Precision precision) const;

  /// In the order of the Keras model: what weight files hold.
  const std::vector<ConvLayer>& layers() const { return layers_; }
  std::vector<torch::Tensor> parameters() const;
  void to(const torch::Device& device);

  /// Height and width of an input must be multiples of these: 2^depth * grid.
  std::int64_t divisor_y() const { return divisor_y_; }
  std::int64_t divisor_x() const { return divisor_x_; }
  /// How many pixels away an input pixel can matter, at most (a bound from the architecture).
  std::int64_t receptive_radius() const { return receptive_radius_; }

 private:
  StarDistNet() = default;
  void add(const std::string& name, std::int64_t in, std::int64_t out, std::int64_t kernel_y,
           std::int64_t kernel_x, Random& random);
  torch::Tensor pool_to_grid(torch::Tensor x) const;
  torch::Tensor unet(torch::Tensor x) const;
  torch::Tensor heads(const torch::Tensor& x) const;

  std::vector<ConvLayer> layers_;
  std::vector<PoolWindow> grid_pools_;  ///< pool after each block before the U-Net
  PoolWindow pool_{2, 2};
  std::size_t depth_ = 0, convs_per_level_ = 0;
  bool has_features_ = true;
  std::int64_t divisor_y_ = 1, divisor_x_ = 1, receptive_radius_ = 0;
};

}  // namespace karyo
