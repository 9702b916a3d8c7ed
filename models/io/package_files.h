#pragma once

/// A model package as named files: a folder, or a zip archive, read the same way.
///
/// What a package names is looked up among the files it has, never on the disk, so a name that
/// points elsewhere ("../x", "/etc/x") finds nothing.
/// Threads  one at a time.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/zip_file.h"

namespace karyo {

class PackageFiles {
 public:
  /// A folder is taken with its folders down to 4 levels, hidden files left out; more than 10 000
  /// files are refused. Errors: kNotFound, kBadFile, kTooLarge, kIo.
  static Result<PackageFiles> open(const std::filesystem::path& path);

  /// "/" between folders, sorted.
  const std::vector<std::string>& names() const { return names_; }
  bool has(const std::string& name) const;
  /// At most `most` bytes. Errors: kNotFound, kBadFile, kTooLarge, kIo.
  Result<std::string> read(const std::string& name, std::uint64_t most) const;

 private:
  std::filesystem::path path_;
  std::optional<ZipFile> zip_;
  std::vector<std::string> names_;
};

}  // namespace karyo
