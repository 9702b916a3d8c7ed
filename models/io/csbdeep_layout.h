#pragma once

/// The layers of a CARE or Noise2Void network: what its weight files hold.
///
/// Source  csbdeep 0.8.2 (common_unet), n2v 0.3.3 (build_unet, build_single_unet_per_channel).

#include <filesystem>
#include <vector>

#include "core/base/result.h"
#include "models/io/csbdeep_config.h"
#include "models/io/keras_layout.h"

namespace karyo {

/// Errors  kInvalidArgument (as validate()); kTooLarge (more than 512 million weights).
Result<std::vector<LayoutLayer>> csbdeep_layout(const CsbdeepConfig& config);

/// The weights of a network with these settings, in layout order, named as there.
/// Errors  of reading; kBadFile where the file is of another network.
Result<std::vector<KerasLayer>> read_csbdeep_weights(const std::filesystem::path& path,
                                                     const CsbdeepConfig& config);

}  // namespace karyo
