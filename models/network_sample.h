#pragma once

/// Shows what a model's bare network makes of one image, for packages that are to be checked.

#include <optional>
#include <string>

#include "core/image/volume.h"
#include "models/io/model_export.h"

namespace karyo {

/// Takes the middle of `image` (at most 256 pixels an axis, in 3D 64, more where the network's
/// surroundings ask for it), or makes an image of blobs where there is none; normalises it as the
/// model's kind does and runs the network in float32. Noise2Void's result is turned back.
/// Errors  kNotFound (no weights), kInvalidArgument (image too small, other channels), those of
///         reading weights.
Result<NetworkSample> sample_network(const ModelFolder& model, const std::optional<Volume>& image,
                                     const std::string& device);

}  // namespace karyo
