#pragma once

/// The networks that a training's settings ask for, as csbdeep's and n2v's config.json have them.

#include "models/io/csbdeep_config.h"
#include "models/n2v/n2v_patches.h"
#include "models/train/train_config.h"

namespace karyo {

CsbdeepConfig care_config(const TrainConfig& config, int channels_in, int channels_out);

/// Errors: kInvalidArgument for a structN2V mask that cannot be read.
Result<CsbdeepConfig> n2v_config(const TrainConfig& config, const ChannelStatistics& statistics);

}  // namespace karyo
