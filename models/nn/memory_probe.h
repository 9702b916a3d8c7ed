#pragma once

/// How much memory tensors take at once.

#include <cstdint>
#include <functional>

#include "models/device.h"

namespace karyo {

/// Bytes of tensors that `work` holds at once at its peak, beyond those it found. Counts what the
/// calling thread allocates, on the CPU and on GPUs.
std::int64_t peak_tensor_bytes(const std::function<void()>& work);

/// What a prediction may take of the memory that is free now: half of it, at most 2 GiB on the CPU,
/// where larger tiles fall out of the caches, and at most 16 GiB on a GPU.
std::int64_t tile_budget_bytes(const Device& device);

}  // namespace karyo
