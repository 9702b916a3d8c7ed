#pragma once

/// What a file's name says: whether an image is announced, and what it is paired by. Which format
/// a file has is told by its content alone (image_io.h).

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace karyo {

/// With the dot, in lower case, every ending of a form that is read here.
std::span<const std::string_view> image_endings();

/// Whether a folder's file is meant as an image: something, then one of image_endings(), in
/// upper or lower case.
bool is_image_name(const std::filesystem::path& path);

/// The file name without its ending: image, mask, prediction and RoiSet.zip of one picture share
/// it. Two endings that say one thing go together, ".ome.tif" (any TIFF) and ".nii.gz". A name that
/// announces no image loses what follows its last dot.
std::string image_stem(const std::filesystem::path& path);

/// The files of a folder that are images by their name, in order; hidden ones are not among them.
/// Errors: kNotFound when it cannot be looked into.
Result<std::vector<std::filesystem::path>> image_files(const std::filesystem::path& folder);

/// A file that names images, one stem a line.
/// Errors: kNotFound, kIo; kInvalidArgument for a file without any.
Result<std::vector<std::string>> read_name_list(const std::filesystem::path& file);

}  // namespace karyo
