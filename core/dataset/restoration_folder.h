#pragma once

/// Pairs for restoration: low/ and high/ with the same file names.
///
/// `low` is what the microscope usually gives, `high` the same field as it should look. As for
/// masks, names pair up by their stem, and opening reads headers only.

#include <filesystem>
#include <string>
#include <vector>

#include "core/dataset/dataset_folder.h"

namespace karyo {

struct RestorationPair {
  std::string name;  ///< stem both files share
  std::filesystem::path low, high;
  VolumeShape low_shape, high_shape;  ///< equal but for C; without an alpha channel
  VoxelType low_type = VoxelType::kUInt8, high_type = VoxelType::kUInt8;
};

struct RestorationFolder {
  std::filesystem::path root;
  std::vector<RestorationPair> pairs;  ///< usable ones, sorted by name
  std::vector<Finding> findings;       ///< in the order of file names

  /// The first finding that stops training; with several, how many there are is said as well.
  Result<void> usable() const;
};

/// Whether a folder looks like one of these: it has a folder low/ or high/ and no masks/.
bool is_restoration_folder(const std::filesystem::path& root);

/// Errors: kNotFound when `root` or its low/ or high/ is missing, kBadFile when there is no image
/// at all. Everything wrong with single files is a finding: partners missing or of unlike size (up-
/// sampling is not learned), several time points, planes where `dims` 3 expects stacks and the
/// reverse, other channels than the first pair's.
Result<RestorationFolder> open_restoration(const std::filesystem::path& root,
                                           std::int64_t dims = 2);

/// Findings about a pair in memory: constant or non-finite images, images that show the same field
/// shifted by a pixel or more.
std::vector<Finding> check_pair(const RestorationPair& pair, const Volume& low, const Volume& high);

/// Reads both files of every pair and appends what check_pair finds, as well as files that cannot
/// be read. `progress`, where given, hears how many pairs are done.
void check_all_contents(RestorationFolder& dataset,
                        const std::function<void(std::int64_t done)>& progress = {});

/// As of the other datasets: changes with files, their names, sizes and shapes; 16 hex digits.
std::string fingerprint(const RestorationFolder& dataset);

}  // namespace karyo
