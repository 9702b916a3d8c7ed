#pragma once

/// Whether a file is still the one that was written or read.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "core/base/result.h"

namespace karyo {

/// 64 bits that say whether two contents differ; against accidents, not against forgery. Equal
/// parts added in equal order give equal values: how a content is cut into parts matters. Each word
/// is folded in by steps that can be reversed, so a change of a single one is always noticed; the
/// last mixing is that of MurmurHash3 (Appleby, public domain).
class ContentHash {
 public:
  void add(std::span<const std::byte> part);
  std::uint64_t value() const;

 private:
  void fold(std::uint64_t word);
  std::uint64_t state_ = 0;
};

struct FileFingerprint {
  std::int64_t size = 0;  ///< bytes
  std::uint64_t hash = 0;
  std::int64_t modified_ns = 0;  ///< when; a hint that spares reading, not part of what is compared

  friend bool operator==(const FileFingerprint& a, const FileFingerprint& b) {
    return a.size == b.size && a.hash == b.hash;
  }
};

/// Reads the file; none where there is no file. `known` is believed and given back, without
/// reading, when size and time are still its own. Errors: kIo. Threads: any.
Result<std::optional<FileFingerprint>> fingerprint_of(
    const std::filesystem::path& path, const std::optional<FileFingerprint>& known = std::nullopt);

}  // namespace karyo
