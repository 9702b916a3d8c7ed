#pragma once

/// One image file restored into another.

#include <filesystem>

#include "core/base/task.h"
#include "models/model.h"

namespace karyo::worker {

/// Restores every time point of `input` and writes float32 TIFFs with its axes and spacing:
/// `output`, and the scale of Laplace's distribution to `scale_output` where that is not empty. A
/// large TIFF is read part by part, other files whole; results are written as they come.
/// Errors: of reading, of the model, kIo; nothing half-written stays.
Result<void> restore_image(Predictor& predictor, const std::filesystem::path& input,
                           const std::filesystem::path& output,
                           const std::filesystem::path& scale_output,
                           const PredictSettings& settings, TaskControl& control);

}  // namespace karyo::worker
