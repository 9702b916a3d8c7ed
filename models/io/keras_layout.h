#pragma once

/// The layers of a network in the order of the Python model's layers, with their names and weight
/// shapes: what a weight file of that network has to hold.
///
/// Kernels are in Keras' layout, (spatial..., in, out), spatial in the order (Z,) Y, X.
/// Source  csbdeep 0.8.2 (unet_block), n2v 0.3.3 (unet_block); Keras orders layers by depth,
///         parallel branches by creation.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "models/io/keras_weights.h"
#include "models/io/unet_plan.h"

namespace karyo {

struct WeightShape {
  std::string name;  ///< "kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"
  std::vector<std::int64_t> shape;

  friend bool operator==(const WeightShape&, const WeightShape&) = default;
};

struct LayoutLayer {
  std::string name;  ///< as a fresh Python process names it: "conv2d_1", "down_level_0_no_0"
  std::string type;  ///< Keras class in snake case: "conv2d", "max_pooling2d", "concatenate"
  /// Named by Keras, with a number that differs from file to file: only the order of such layers
  /// of one type tells them apart. -1 for layers with a name of their own.
  int auto_index = -1;
  std::vector<WeightShape> weights;  ///< in file order; empty for pooling and the like
};

/// Lists layers one after another, naming those that Keras would name.
class LayoutBuilder {
 public:
  explicit LayoutBuilder(int n_dim) : suffix_(std::to_string(n_dim) + "d") {}

  /// `name` empty: named by Keras.
  void add(const std::string& type, const std::string& name, std::vector<WeightShape> weights = {});
  void conv(const std::string& name, const std::vector<int>& kernel, std::int64_t in,
            std::int64_t out, bool bias = true);
  void batch_norm(std::int64_t channels);
  /// All layers of a U-Net, from its first convolution to its last.
  void unet(const UnetPlan& plan);

  /// "2d" or "3d": how the types of layers end.
  const std::string& suffix() const { return suffix_; }
  std::vector<LayoutLayer>& layers() { return layers_; }

 private:
  void block(const UnetPlan& plan, const UnetConv& conv);

  std::string suffix_;
  std::map<std::string, int> named_by_keras_;
  std::vector<LayoutLayer> layers_;
};

/// The name Keras gives the layer of a type that is created after `before` others of it.
std::string keras_name(const std::string& type, std::int64_t before);

std::int64_t parameter_count(const std::vector<LayoutLayer>& layout);

/// Whether a network is of a size that anyone would train. Errors  kTooLarge: more than 512 million
/// weights.
Result<void> check_size(const std::vector<LayoutLayer>& layout);

/// Pairs the layers of a file with the layout: by name, auto-named ones by the order of their
/// numbers; where names do not tell, by position among layers with weights, as Keras does.
/// Returns all layers of the layout, named as in the layout, with the weights of the file.
/// Errors  kBadFile: number of layers or a shape differs; the message names layer, shape and what
///         the settings ask for. `name` stands for the file.
Result<std::vector<KerasLayer>> match_layers(const std::vector<LayoutLayer>& layout,
                                             std::vector<KerasLayer> file_layers,
                                             const std::string& name);

}  // namespace karyo
