#pragma once

/// Numbers as tables and pictures have them: with a point, whatever the locale. A window sets the
/// user's, and printf would write 0,5 under some.

#include <charconv>
#include <string>

namespace karyo {

/// As printf's %.*f.
inline std::string fixed_text(double value, int digits) {
  char text[400];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits).ptr;
  return {text, end};
}

/// As printf's %.*g.
inline std::string general_text(double value, int digits = 6) {
  char text[64];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits).ptr;
  return {text, end};
}

}  // namespace karyo
