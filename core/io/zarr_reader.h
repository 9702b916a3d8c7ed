#pragma once

/// A Zarr image read as other files are: whole, or plane by plane.

#include "core/io/image_reader.h"

namespace karyo::io {

/// The finest level of what open_zarr opens. Reading planes in order reads each chunk once.
/// Errors: of open_zarr.
Result<std::unique_ptr<ImageReader>> open_zarr_image(const std::filesystem::path& folder);

}  // namespace karyo::io
