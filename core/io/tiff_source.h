#pragma once

/// A TIFF file read piece by piece: tiles of tiled files, bands of rows of others, at the levels of
/// a pyramid where the file has one (SubIFDs, as OME-TIFF 6 has them, or further pages that are
/// smaller copies of the first, as whole-slide scanners write them).

#include <filesystem>
#include <memory>

#include "core/image/pixel_source.h"

namespace karyo::io {

/// Any TIFF that read_image reads, with the same voxels. Opening reads headers only; a page's own
/// tables are checked when it is first read. Errors: as describe_image.
Result<std::shared_ptr<const PixelSource>> open_tiff_source(const std::filesystem::path& path);

}  // namespace karyo::io
