#pragma once

/// OME-Zarr in a local folder: 0.4 (Zarr v2) and 0.5 (Zarr v3), with its pyramid, read chunk by
/// chunk. Also plain Zarr arrays, whose last axes are taken for (T, C, Z,) Y, X. Nothing outside
/// the folder is read on the word of its metadata.
///
/// Source: ngff.openmicroscopy.org 0.4 and 0.5.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/image/pixel_source.h"

namespace karyo::io {

/// A folder that holds a Zarr group or array.
bool is_zarr(const std::filesystem::path& path);

/// An image, a label image, an array, or the first field of a well. Errors: kNotFound, kBadFile,
/// kUnsupported (also a plate: the message names wells to open), kTooLarge.
Result<std::shared_ptr<const PixelSource>> open_zarr(const std::filesystem::path& folder);

/// Names of the label images beside an image: folders in its labels/.
std::vector<std::string> zarr_labels(const std::filesystem::path& folder);

}  // namespace karyo::io
