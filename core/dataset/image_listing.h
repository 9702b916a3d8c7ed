#pragma once

/// What the kinds of dataset folders share: listing images, findings, fingerprints.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/dataset/dataset_folder.h"
#include "core/io/image_io.h"

namespace karyo {

struct Listed {
  std::filesystem::path path;
  ImageDescription description;

  /// Without an alpha channel.
  VolumeShape shape() const;
};

/// Images of one folder by stem. Files that are no images, and say so by their name, are left out;
/// unreadable ones and those that share a stem become findings.
/// Errors  kNotFound, with `form`, what such a folder looks like, as the repair.
Result<std::map<std::string, Listed>> list_images(const std::filesystem::path& folder,
                                                  const std::string& form,
                                                  std::vector<Finding>& findings);

/// Whether the file of that stem in a folder named `part` was found unreadable.
bool is_unreadable(const std::vector<Finding>& findings, const std::string& part,
                   const std::string& stem);

/// The first finding that stops training; with several, how many there are, and `more`, where all
/// can be read.
Result<void> no_errors(const std::vector<Finding>& findings, const std::string& more);

/// Adds a finding about each image whose channels are not as many as the first one's.
void check_channels(const std::vector<std::pair<std::filesystem::path, std::int64_t>>& images,
                    std::vector<Finding>& findings);

/// "4x512x512", or "512x512" for a plane.
std::string plane_text(const VolumeShape& shape);
/// A finding names its file itself.
std::string without_path(const std::string& what, const std::filesystem::path& path);

/// FNV-1a over names, sizes and headers of files.
class Fingerprint {
 public:
  void add_file(const std::filesystem::path& file);
  void add_header(const VolumeShape& shape, VoxelType type);
  /// 16 hex digits.
  std::string text() const;

 private:
  void add(const std::string& line);
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace karyo
