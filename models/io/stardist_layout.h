#pragma once

/// The layers of a StarDist network: what its weight files hold.
///
/// Source  stardist 0.9.2 (StarDist2D._build, StarDist3D._build), csbdeep 0.8.2 (unet_block,
///         resnet_block).

#include <filesystem>
#include <vector>

#include "core/base/result.h"
#include "models/io/keras_layout.h"
#include "models/io/stardist_config.h"

namespace karyo {

/// U-Net in 2D and 3D, ResNet in 3D, one class or several.
/// Errors  kInvalidArgument (as validate()); kTooLarge (more than 512 million weights).
Result<std::vector<LayoutLayer>> stardist_layout(const StarDistConfig& config);

/// The weights of a network with these settings, in layout order.
Result<std::vector<KerasLayer>> read_stardist_weights(const std::filesystem::path& path,
                                                      const StarDistConfig& config);

}  // namespace karyo
