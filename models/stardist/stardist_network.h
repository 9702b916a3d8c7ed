#pragma once

/// The network that training settings describe, as Python's Config2D and Config3D have it.

#include "models/io/stardist_config.h"
#include "models/train/train_config.h"

namespace karyo {

/// `classes`: how many kinds of objects, without background; 0: one kind. In 3D the anisotropy is
/// in numbers (1 on each axis where it is not).
StarDistConfig network_config(const TrainConfig& config, int channels, int classes = 0);

}  // namespace karyo
