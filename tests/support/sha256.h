#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace karyo::test {

/// FIPS 180-4, as lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

}  // namespace karyo::test
