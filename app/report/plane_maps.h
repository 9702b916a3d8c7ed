#pragma once

/// One plane of an image against the same plane of the truth.

#include <cstdint>

#include "core/image/volume.h"
#include "core/metrics/restoration.h"

namespace karyo {

/// Plane (t, c, z) of both, which have one shape. On `threads` threads (0: all cores).
/// Errors: as comparable and compare_planes. Threads: pure.
Result<RestorationMaps> compare_plane(const Volume& truth, const Volume& image, std::int64_t t,
                                      std::int64_t c, std::int64_t z, int threads = 0);

}  // namespace karyo
