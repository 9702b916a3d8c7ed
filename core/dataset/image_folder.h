#pragma once

/// Images alone, as Noise2Void takes them: a folder of images or stacks, or its images/, or one
/// file.

#include <filesystem>
#include <string>
#include <vector>

#include "core/dataset/dataset_folder.h"

namespace karyo {

struct ImageFile {
  std::filesystem::path path;
  VolumeShape shape;  ///< without an alpha channel
  VoxelType type = VoxelType::kUInt8;
};

struct ImageFolder {
  std::filesystem::path root;
  std::vector<ImageFile> images;  ///< usable ones, sorted by name
  std::vector<Finding> findings;

  /// The first finding that stops training; with several, how many there are is said as well.
  Result<void> usable() const;
};

/// Opens root/images where there is one, else `root`, which may be a single image; headers only.
/// Planes and times of a stack are images of their own where `dims` is 2; 3 expects stacks, and
/// times are images of their own. Errors  kNotFound, kBadFile (no image at all); everything wrong
/// with single files is a finding.
Result<ImageFolder> open_images(const std::filesystem::path& root, std::int64_t dims = 2);

/// As of the other datasets: changes with files, their names, sizes and shapes; 16 hex digits.
std::string fingerprint(const ImageFolder& dataset);

}  // namespace karyo
