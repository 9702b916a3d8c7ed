#pragma once

/// A dataset is a folder: images/ and masks/ with the same file names.
///
/// Names pair up by their stem, so images/a.png goes with masks/a.tif. Opening reads headers only
/// (and the pixels of float masks, whose values decide whether they can be labels); the rest is
/// checked when a file is read, by check_contents.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/image/volume.h"

namespace karyo {

/// One image and its labels.
struct DatasetPair {
  std::string name;  ///< stem both files share
  std::filesystem::path image, mask;
  VolumeShape shape;  ///< of the image; C without an alpha channel
  VoxelType type = VoxelType::kUInt8;
};

enum class Severity {
  kWarning,  ///< said; work goes on
  kError,    ///< training would be wrong or impossible
};

/// One thing to know about a dataset, with its repair.
struct Finding {
  Severity severity = Severity::kError;
  std::string kind;            ///< "missing_mask", "size_mismatch", ... for programs
  std::filesystem::path file;  ///< where
  std::string what;            ///< what was found
  std::string fix;             ///< how to mend it

  static Finding error(std::string kind, std::filesystem::path file, std::string what,
                       std::string fix);
  static Finding warning(std::string kind, std::filesystem::path file, std::string what,
                         std::string fix);
  static Finding unreadable(const std::filesystem::path& file, const Error& why);
  Error as_error() const;
  friend bool operator==(const Finding&, const Finding&) = default;
};

/// What the masks hold, all together.
struct MaskCounts {
  std::int64_t objects = 0;
  std::int64_t voxels = 0, ignored = 0;  ///< all, and those with kIgnoredLabel, which is no object
  std::int64_t masks_with_ignored = 0;
};

struct DatasetFolder {
  std::filesystem::path root;
  std::vector<DatasetPair> pairs;  ///< usable ones, sorted by name
  std::vector<Finding> findings;   ///< in the order of file names
  MaskCounts counts = {};          ///< zeros until check_all_contents has read the masks

  /// The first finding that stops training; with several, how many there are is said as well.
  Result<void> usable() const;
};

/// Errors: kNotFound when `root` or its images/ or masks/ is missing (images may lie in `root`
/// itself, beside masks/), kBadFile when there is no image at all, kNotFound for a name of `only`
/// that no image has. Everything wrong with single files is a finding. `dims` 2 expects one plane a
/// file, 3 a stack. `only`, where given, names the images to take (DatasetPair::name): nothing is
/// said of the others.
Result<DatasetFolder> open_dataset(const std::filesystem::path& root, std::int64_t dims = 2,
                                   const std::vector<std::string>& only = {});

/// Findings about one image in memory: constant or non-finite.
std::vector<Finding> check_image(const std::filesystem::path& file, const Volume& image);

/// Findings about a pair in memory: constant or non-finite image, mask without object or ignored
/// all over, mask with a single number for several separate objects.
std::vector<Finding> check_contents(const DatasetPair& pair, const Volume& image, LabelView labels);

/// Reads both files of every pair, counts what the masks hold, and appends what check_contents
/// finds, as well as files that cannot be read. `progress`, where given, hears how many pairs are
/// done.
void check_all_contents(DatasetFolder& dataset,
                        const std::function<void(std::int64_t done)>& progress = {});

/// Positions in `pairs`, each part in ascending order.
struct DatasetSplit {
  std::vector<std::int64_t> train, validation;
  bool shared = false;  ///< a single image had to serve as both
};

/// Random but repeatable: validation holds max(1, round(fraction * count)) of the images and at
/// least one stays for training. Errors: kInvalidArgument for no images or a fraction outside
/// (0, 1).
Result<DatasetSplit> split_dataset(std::int64_t count, double fraction, std::uint64_t seed);

/// Changes when a file is added, removed, renamed or changes its size or image shape; 16 hex
/// digits. Kept beside a model to say what it was trained on.
std::string fingerprint(const DatasetFolder& dataset);

}  // namespace karyo
