#pragma once

/// Files that appear whole or not at all.

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace karyo {

/// Writes beside the target under a name of its own, then syncs and renames over it, so a reader
/// never sees half a file under the final name and a failure leaves what was there before.
///
///   KARYO_TRY(auto file, AtomicFile::create(path));
///   ... write to file.temporary_path() with any library; tell it the format, as the temporary
///       name ends in ".tmp" whatever the target's does ...
///   KARYO_CHECK_OK(file.commit());
///
/// Dropping it without commit() removes the temporary file.
class AtomicFile {
 public:
  /// Makes missing parent folders. Errors: kIo when the folder cannot be written.
  static Result<AtomicFile> create(const std::filesystem::path& target);
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  AtomicFile(const AtomicFile&) = delete;

  const std::filesystem::path& temporary_path() const { return temporary_; }

  /// fsync(file), rename, fsync(folder). Errors: kIo, and the target is as it was.
  Result<void> commit();

 private:
  AtomicFile(std::filesystem::path target, std::filesystem::path temporary);
  std::filesystem::path target_;
  std::filesystem::path temporary_;
};

/// The whole content in one call.
Result<void> write_file_atomically(const std::filesystem::path& target, std::string_view content);

/// Reads a text file of at most `limit_bytes`.
Result<std::string> read_file(const std::filesystem::path& path,
                              std::uintmax_t limit_bytes = std::uintmax_t{256} << 20);

}  // namespace karyo
