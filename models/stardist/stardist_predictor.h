#pragma once

/// A StarDist model folder ready to segment images.

#include <memory>
#include <string>

#include "models/model.h"

namespace karyo {

/// `device` and `precision` as choose_device and choose_precision take them.
/// Errors: kNotFound (no weights), kBadFile, kUnsupported, kInvalidArgument.
Result<std::unique_ptr<Predictor>> open_stardist_predictor(ModelFolder folder,
                                                           const std::string& device,
                                                           const std::string& precision);

}  // namespace karyo
