#pragma once

/// Text that files and commands are told apart by.

#include <string>
#include <string_view>

namespace karyo {

/// A to Z as a to z; every other byte stays, so UTF-8 stays whole. Knows no locale.
inline std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace karyo
