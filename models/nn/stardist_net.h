#pragma once

/// The StarDist network: pooling to the grid, U-Net, features, probability and distance heads; in
/// 3D a ResNet as well.
///
/// Equal to csbdeep 0.8.2's U-Net and ResNet under stardist 0.9.2's StarDist2D and StarDist3D
/// (Schmidt et al., MICCAI 2018; Weigert et al., WACV 2020).
/// Tensors are (N, C, [Z,] Y, X) in channels_last memory.

#include <torch/torch.h>

#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/image/axes.h"
#include "models/device.h"
#include "models/io/stardist_config.h"
#include "models/io/stardist_layout.h"
#include "models/nn/stack_ops.h"

namespace karyo {

/// One convolution with bias, "same" zero padding, named as in the Keras model.
struct ConvLayer {
  std::string name;
  torch::Tensor weight;  ///< (out, in, [kz,] ky, kx) float32, channels_last
  torch::Tensor bias;    ///< (out) float32
};

/// What the 1x1 heads give, on the grid, float32: channel 0 the logit of the probability, channels
/// 1 to rays the distances in pixels, not clipped, then the logits of `classes` classes, background
/// first. Shape (N, 1 + rays + classes, [d,] h, w).
struct StarDistOutput {
  torch::Tensor head;
  std::int64_t classes = 0;  ///< 0: one kind of object

  std::int64_t rays() const { return head.size(1) - 1 - classes; }
  torch::Tensor prob() const { return head.narrow(1, 0, 1).sigmoid(); }  ///< (N, 1, [d,] h, w)
  torch::Tensor dist() const { return head.narrow(1, 1, rays()); }       ///< (N, rays, ...)
  torch::Tensor class_prob() const {                                     ///< (N, classes, ...)
    return head.narrow(1, 1 + rays(), classes).softmax(1);
  }
};

/// "features", "prob", "dist" and the like: the layers that depend on what is learned.
bool is_head(const std::string& layer);

/// Not thread-safe while weights change; passes without gradient may run side by side.
class StarDistNet {
 public:
  /// Layers as `config` says, biases 0, weights as Keras draws them: Glorot-uniform, of a ResNet's
  /// body He-normal where its config asks for that.
  /// Errors: kUnsupported for batch norm, dropout, other activations.
  static Result<StarDistNet> create(const StarDistConfig& config, Random& random);

  /// x (N, C, [Z,] Y, X), extents multiples of divisor(); float32.
  /// `precision` is that of everything but the heads, which are float32. Without gradient the
  /// widest layers run strip by strip, which gives the same numbers in a third of the memory.
  StarDistOutput forward(const torch::Tensor& x, Precision precision) const;

  /// In the order of the Keras model: what weight files hold.
  const std::vector<ConvLayer>& layers() const { return layers_; }
  std::vector<torch::Tensor> parameters() const;
  void to(const torch::Device& device);

  /// Extents of an input must be multiples of it: 2^depth * grid, of a ResNet grid. z is 1 in 2D.
  Index3 divisor() const { return divisor_; }
  /// How many voxels away one can matter, at most (a bound from the architecture). z is 0 in 2D.
  Index3 receptive_radius() const { return receptive_radius_; }

 private:
  /// A block of the ResNet: its first convolution takes every stride-th voxel.
  struct Block {
    StackWindow stride{1, 1, 1};
    bool projects = false;  ///< the shortcut has a convolution of its own
  };

  StarDistNet() = default;
  void add_layers(const std::vector<LayoutLayer>& layout, bool he_normal, Random& random);
  void plan_unet(const StarDistConfig& config);
  void plan_resnet(const StarDistConfig& config);
  torch::Tensor pool_to_grid(torch::Tensor x) const;
  torch::Tensor unet(torch::Tensor x) const;
  torch::Tensor resnet(torch::Tensor x) const;
  torch::Tensor heads(const torch::Tensor& x) const;

  std::vector<ConvLayer> layers_;
  std::vector<StackWindow> grid_pools_;  ///< pool after each block before the U-Net
  StackWindow pool_{1, 2, 2};
  std::vector<Block> blocks_;          ///< of a ResNet; empty for a U-Net
  std::size_t depth_ = 0, convs_ = 0;  ///< levels; convolutions a level or a block
  bool has_features_ = true;
  std::int64_t classes_ = 0;
  Index3 divisor_{1, 1, 1}, receptive_radius_{0, 0, 0};
};

}  // namespace karyo
