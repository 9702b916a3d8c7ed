#pragma once

/// The network of CARE and Noise2Void: a U-Net, or one for each channel, then a 1 x 1 convolution.
///
/// Equal to csbdeep 0.8.2 (Weigert et al., Nature Methods 2018) and n2v 0.3.3 (Krull et al., CVPR
/// 2019; Hoeck et al., BIC 2022). Tensors are (N, C, [Z,] Y, X) float32; on the CPU they are turned
/// into channels_last memory.

#include <torch/torch.h>

#include <string>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "models/device.h"
#include "models/io/csbdeep_config.h"
#include "models/io/keras_weights.h"
#include "models/nn/unet.h"

namespace karyo {

/// Which channel the network of a channel sees, where each has its own. Under TensorFlow 2 all of
/// n2v's see the last one, and so they were trained.
enum class SubnetInput { kOwn, kLast };

/// Not thread-safe while weights change or in training; passes for prediction may run side by side.
class RestorationNet {
 public:
  /// Kernels Glorot-uniform, biases 0, as Keras draws them; batch normalisation begins as identity.
  /// Errors: kInvalidArgument (as validate()), kTooLarge.
  static Result<RestorationNet> create(const CsbdeepConfig& config, Random& random);

  /// x (N, C, [Z,] Y, X), normalised, extents multiples of divisor(): (N, C', [Z,] Y, X) float32,
  /// still normalised. C' is the config's n_channel_out; where it is probabilistic twice that, the
  /// scales (> 0) after the means. `precision` is that of the U-Net; the rest is float32.
  torch::Tensor forward(const torch::Tensor& x, Precision precision, Pass pass) const;

  /// What is learnt: for each convolution kernel and bias, then gamma and beta.
  std::vector<torch::Tensor> parameters() const;
  /// Learnt without a gradient, in training passes: means and variances of batch normalisation, in
  /// a fixed order. Part of the state that resuming needs. They share memory with the network.
  std::vector<torch::Tensor> buffers() const;
  void to(const torch::Device& device);
  /// In training, batches are parts of one that several processes have: see shared_batch_norm.h.
  void share_norms(AddUp add_up);

  /// All layers of csbdeep_layout() with the network's weights: what write_keras_weights takes.
  Result<std::vector<KerasLayer>> keras_layers() const;
  /// Takes the weights of read_csbdeep_weights(config(), ...).
  void load(const std::vector<KerasLayer>& layers);

  const CsbdeepConfig& config() const { return config_; }
  void set_subnet_input(SubnetInput input) { subnet_input_ = input; }

  /// Extents of an input are multiples of it: 2^depth; z is 1 in 2D.
  Index3 divisor() const { return config_.unet().divisor(); }
  /// How many pixels away an input pixel can matter, at most; z is 0 in 2D.
  Index3 receptive_radius() const { return config_.unet().receptive_radius(); }

 private:
  /// One U-Net and the 1 x 1 convolutions after it.
  struct Part {
    Unet unet;
    std::vector<ConvBlock> heads;  ///< the mean's, and the scale's where probabilistic
  };
  /// A weight of the Keras model and the tensor that holds it.
  struct Slot {
    std::string layer, weight;
    torch::Tensor tensor;
  };

  explicit RestorationNet(const CsbdeepConfig& config) : config_(config) {}
  torch::Tensor run(const Part& part, const torch::Tensor& x, Precision precision, Pass pass) const;
  std::vector<Slot> slots() const;

  CsbdeepConfig config_;
  std::vector<Part> parts_;
  SubnetInput subnet_input_ = SubnetInput::kOwn;
};

}  // namespace karyo
