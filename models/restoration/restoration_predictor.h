#pragma once

/// CARE and Noise2Void behind the torch-free face of the models.

#include <memory>
#include <string>

#include "models/io/model_folder.h"
#include "models/model.h"

namespace karyo {

/// Errors: as open_predictor.
Result<std::unique_ptr<Predictor>> open_restoration_predictor(ModelFolder folder,
                                                              const std::string& device,
                                                              const std::string& precision);

}  // namespace karyo
