#pragma once

/// The layers of a StarDist network in the order of the Python model's layers, with their names and
/// weight shapes: what a weight file of that network has to hold.
///
/// Kernels are in Keras' layout, (spatial..., in, out), spatial in the order (Z,) Y, X.
/// Source  stardist 0.9.2 (StarDist2D._build, StarDist3D._build), csbdeep 0.8.2 (unet_block,
///         resnet_block); Keras orders layers by depth, parallel branches by creation.

#include <string>
#include <vector>

#include "core/base/result.h"
#include "models/io/keras_weights.h"
#include "models/io/stardist_config.h"

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

/// U-Net in 2D and 3D, ResNet in 3D, one class or several.
/// Errors  kInvalidArgument (as validate()); kTooLarge (more than 512 million weights).
Result<std::vector<LayoutLayer>> stardist_layout(const StarDistConfig& config);

std::int64_t parameter_count(const std::vector<LayoutLayer>& layout);

/// Pairs the layers of a file with the layout: by name, auto-named ones by the order of their
/// numbers; where names do not tell, by position among layers with weights, as Keras does.
/// Returns all layers of the layout, named as in the layout, with the weights of the file.
/// Errors  kBadFile: number of layers or a shape differs; the message names layer, shape and what
///         the settings ask for. `name` stands for the file.
Result<std::vector<KerasLayer>> match_layers(const std::vector<LayoutLayer>& layout,
                                             std::vector<KerasLayer> file_layers,
                                             const std::string& name);

/// Both in one: the weights of a network with these settings, in layout order.
Result<std::vector<KerasLayer>> read_stardist_weights(const std::filesystem::path& path,
                                                      const StarDistConfig& config);

}  // namespace karyo
