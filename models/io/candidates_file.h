#pragma once

/// StarDist candidates in a file, as the worker hands them to the window: a safetensors file with
/// "prob" (n), "points" (n, 2; y, x; of a 3D model n, 3; z, y, x) and "dist" (n, rays), float32.

#include <filesystem>

#include "core/base/result.h"
#include "models/stardist/instances.h"

namespace karyo {

/// Atomic. Errors: kIo.
Result<void> write_candidates(const std::filesystem::path& path,
                              const stardist::Candidates& candidates);
Result<void> write_candidates(const std::filesystem::path& path,
                              const stardist::Candidates3d& candidates);

/// Errors: those of read_safetensors; kBadFile where arrays are absent, of other sizes or types, or
/// hold other than finite numbers.
Result<stardist::Candidates> read_candidates(const std::filesystem::path& path);
Result<stardist::Candidates3d> read_candidates_3d(const std::filesystem::path& path);

}  // namespace karyo
