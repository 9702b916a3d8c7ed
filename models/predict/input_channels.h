#pragma once

/// Which channels of an image a network sees.

#include <cstdint>
#include <vector>

#include "core/base/result.h"

namespace karyo {

/// The image's channel, from 0, for each of the `wanted` channels of a network. `chosen` >= 0 takes
/// that one alone; -1 all, without the alpha channel of an RGB image, which is transparency and no
/// signal. Errors: kInvalidArgument (no such channel), kUnsupported (another number of channels).
Result<std::vector<std::int64_t>> input_channels(std::int64_t channels, bool rgb,
                                                 std::int64_t chosen, std::int64_t wanted);

}  // namespace karyo
