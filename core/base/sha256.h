#pragma once

/// What tells whether a file is the one that was meant.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace karyo {

/// FIPS 180-4, as lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

inline std::string sha256(std::string_view bytes) {
  return sha256(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

}  // namespace karyo
