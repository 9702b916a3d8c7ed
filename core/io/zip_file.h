#pragma once

/// Zip archives as a set of named bytes: read with limits, written whole or not at all.
///
/// Names are names only: nothing of an archive is ever written to disk under them, so it does not
/// matter where a name points. Sizes are counted while unpacking; what an archive states is a
/// claim. Threads  one at a time.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

struct zip;

namespace karyo {

/// What an archive may hold before it is refused.
struct ZipLimits {
  std::uint64_t entries = 10'000;
  std::uint64_t entry_bytes = std::uint64_t{2} << 30;  ///< unpacked
  /// Beyond 64 MiB an entry may unpack to this many times its size: weights and images hardly
  /// shrink, a bomb does nothing else.
  std::uint64_t ratio = 100;
};

class ZipFile {
 public:
  /// Errors: kNotFound, kBadFile (no archive), kTooLarge (more entries than the limit).
  static Result<ZipFile> open(const std::filesystem::path& path, const ZipLimits& limits = {});

  /// Of files, not of folders, in the order of the archive, as they are stored.
  const std::vector<std::string>& names() const { return names_; }
  /// The unpacked bytes of an entry of names(); at most `most` of them.
  /// Errors: kNotFound, kBadFile (damaged, encrypted), kTooLarge.
  Result<std::string> read(const std::string& name, std::uint64_t most) const;

 private:
  struct Close {
    void operator()(zip* archive) const;
  };
  std::string path_;
  ZipLimits limits_;
  std::unique_ptr<zip, Close> archive_;
  std::vector<std::string> names_;
};

struct ZipEntry {
  std::string name;  ///< "/" between folders
  std::string bytes;
};

/// Atomically; the same entries give the same file. Errors: kInvalidArgument (none, or a name
/// twice), kIo.
Result<void> write_zip(const std::filesystem::path& path, std::span<const ZipEntry> entries);

}  // namespace karyo
