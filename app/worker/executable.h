#pragma once

/// Where karyoscope-worker is, the executable that links LibTorch.

#include <filesystem>

#include "core/base/result.h"

namespace karyo::worker {

/// Beside this executable, else in PATH. Errors: kNotFound.
Result<std::filesystem::path> worker_executable();

}  // namespace karyo::worker
