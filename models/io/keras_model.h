#pragma once

/// A network with its architecture in one file: what Keras' load_model opens, and with it the model
/// test of bioimageio.core.
///
/// Source  Keras 2 and 3, functional models in the legacy HDF5 format.

#include <string>
#include <vector>

#include "core/base/result.h"
#include "models/io/csbdeep_config.h"
#include "models/io/keras_weights.h"
#include "models/io/stardist_config.h"

namespace karyo {

/// The functional model as JSON: layers of stardist_layout() and what flows between them; outputs
/// are prob and dist. Errors  kUnsupported: several classes, ResNet, batch norm, dropout; as
/// stardist_layout().
Result<std::string> stardist_keras_architecture(const StarDistConfig& config);

/// The same of CARE and Noise2Void; one output, of a probabilistic model the means and then their
/// scales. Errors  kUnsupported: a U-Net for each of several channels, N2V2; as csbdeep_layout().
Result<std::string> csbdeep_keras_architecture(const CsbdeepConfig& config);

/// The bytes of a whole-model file: attribute model_config, group model_weights. Python StarDist
/// loads it as weights too, and so do we.
/// Errors  those of write_keras_weights; kTooLarge (an architecture of more than 63 KiB).
Result<std::string> keras_model_bytes(const std::vector<KerasLayer>& layers,
                                      const std::string& architecture);

}  // namespace karyo
