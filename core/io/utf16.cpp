#include "core/io/utf16.h"

#include <cstdint>

namespace karyo {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

void append_utf8(std::string& out, char32_t code) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

/// One code point from text[at...]; moves `at` past it.
char32_t next_code(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 && first < 0xF5   ? 3
                   : first >= 0xE0 && first < 0xF0 ? 2
                   : first >= 0xC2 && first < 0xE0 ? 1
                                                   : 0;
  if (more == 0) return kReplacement;
  char32_t code = first & (0x3F >> more);
  for (int i = 0; i < more; ++i) {
    if (at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) {
      return kReplacement;
    }
    code = (code << 6) | (static_cast<unsigned char>(text[at++]) & 0x3F);
  }
  static constexpr char32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  return code < kLeast[more] || code > 0x10FFFF || surrogate ? kReplacement : code;
}

}  // namespace

std::string utf8_from_utf16be(std::span<const std::byte> bytes) {
  std::string out;
  const auto unit = [&](std::size_t i) {
    return static_cast<char32_t>((std::to_integer<unsigned>(bytes[2 * i]) << 8) |
                                 std::to_integer<unsigned>(bytes[2 * i + 1]));
  };
  const std::size_t count = bytes.size() / 2;
  for (std::size_t i = 0; i < count; ++i) {
    char32_t code = unit(i);
    if (code >= 0xD800 && code < 0xE000) {
      const bool pair =
          code < 0xDC00 && i + 1 < count && unit(i + 1) >= 0xDC00 && unit(i + 1) < 0xE000;
      code = pair ? 0x10000 + ((code - 0xD800) << 10) + (unit(++i) - 0xDC00) : kReplacement;
    }
    append_utf8(out, code);
  }
  return out;
}

std::vector<std::byte> utf16be_from_utf8(std::string_view text) {
  std::vector<std::byte> out;
  const auto put = [&out](char32_t unit) {
    out.push_back(static_cast<std::byte>(unit >> 8));
    out.push_back(static_cast<std::byte>(unit & 0xFF));
  };
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code(text, at);
    if (code < 0x10000) {
      put(code);
    } else {
      put(0xD800 + ((code - 0x10000) >> 10));
      put(0xDC00 + ((code - 0x10000) & 0x3FF));
    }
  }
  return out;
}

}  // namespace karyo
