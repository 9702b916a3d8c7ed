#pragma once

/// What tells whether a file is the one that was meant.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace karyo {

/// FIPS 180-4, of bytes that come in parts.
class Sha256 {
 public:
  Sha256();
  void add(std::span<const std::byte> bytes);
  /// As lower-case hexadecimal digits. Nothing is added afterwards.
  std::string text();

 private:
  void take_block(const std::byte* data);

  std::array<std::uint32_t, 8> hash_;
  std::array<std::byte, 64> rest_{};  // that makes no whole block yet
  std::uint64_t count_ = 0;           // of bytes
};

/// The same of all at once.
std::string sha256(std::span<const std::byte> bytes);

inline std::string sha256(std::string_view bytes) {
  return sha256(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

/// Of a file, of which a megabyte at a time is in memory. Errors: kIo.
Result<std::string> sha256_of_file(const std::filesystem::path& file);

}  // namespace karyo
