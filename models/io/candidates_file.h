#pragma once

/// StarDist candidates in a file, as the worker hands them to the window: a safetensors file with
/// "prob" (n), "points" (n, 2; y, x) and "dist" (n, rays), float32.

#include <filesystem>

#include "core/base/result.h"
#include "models/stardist/instances.h"

namespace karyo {

/// Atomic. Errors: kIo.
Result<void> write_candidates(const std::filesystem::path& path,
                              const stardist::Candidates& candidates);

/// Errors: those of read_safetensors; kBadFile where arrays are absent, of other sizes or types, or
/// hold other than finite numbers.
Result<stardist::Candidates> read_candidates(const std::filesystem::path& path);

}  // namespace karyo
