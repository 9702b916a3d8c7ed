#pragma once

/// A StarDist model with the restoration before it (models/io/model_before.h), as one that
/// predicts.

#include <memory>

#include "models/model.h"

namespace karyo {

/// Restores the planes of a time point as the first does, all of them in memory as float32, and has
/// the second look at what came of it: the same labels, bit for bit, as of a restored image that
/// was written to a file in between. PredictSettings::channel chooses what is restored; tiles and
/// the rest are the second's. Errors: those of both; kTooLarge for an image whose restored planes
/// take more memory than there is.
std::unique_ptr<Predictor> restored_first(std::unique_ptr<Predictor> restoration,
                                          std::unique_ptr<Predictor> after);

}  // namespace karyo
