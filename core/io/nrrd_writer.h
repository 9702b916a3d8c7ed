#pragma once

/// NRRD as 3D Slicer and ITK read it. Source: NRRD file format (Teem), version 4.

#include <filesystem>

#include "core/image/volume.h"

namespace karyo::io {

/// With spacing and its unit, atomically. Axes X, Y, Z, then T; channels as components, fastest.
/// `compress`: gzip. Errors: kIo.
Result<void> write_nrrd(const std::filesystem::path& path, const Volume& volume, bool compress);

}  // namespace karyo::io
