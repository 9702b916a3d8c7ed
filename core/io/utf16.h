#pragma once

/// The text of ImageJ's files.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace karyo {

/// Halves of pairs without their other half become U+FFFD; an odd last byte is left out.
std::string utf8_from_utf16be(std::span<const std::byte> bytes);

/// Bytes that are not UTF-8 become U+FFFD.
std::vector<std::byte> utf16be_from_utf8(std::string_view text);

}  // namespace karyo
