#pragma once

/// A file's bytes by position: on disk, or in memory for tests and fuzzing.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/base/result.h"

namespace karyo::io {

/// Any number of threads may read at once. The size is that of opening; files are read rather than
/// mapped, so one that shrinks meanwhile is an error and not a signal.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  /// Exactly `to.size()` bytes. Errors: kBadFile past the end, kIo.
  virtual Result<void> read_at(std::uint64_t offset, std::span<std::byte> to) const = 0;
  /// As many as there are, up to `to.size()`: 0 at the end and on failure.
  virtual std::size_t read_some(std::uint64_t offset, std::span<std::byte> to) const = 0;
};

/// Errors: kNotFound, kIo (rights), kBadFile (a folder, a device).
Result<std::shared_ptr<const ByteSource>> open_file(const std::filesystem::path& path);

/// `bytes` must outlive the source.
std::shared_ptr<const ByteSource> open_memory(std::span<const std::byte> bytes);

}  // namespace karyo::io
