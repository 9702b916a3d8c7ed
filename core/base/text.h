#pragma once

/// Text that files and commands are told apart by.

#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace karyo {

/// A to Z as a to z; every other byte stays, so UTF-8 stays whole. Knows no locale.
inline std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// A field of comma-separated text: in quotation marks where it holds commas, marks or line breaks.
inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

/// "a, b, …": so many of them at most.
inline std::string first_of(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < most; ++i) text += (i > 0 ? ", " : "") + names[i];
  return text + (names.size() > most ? ", …" : "");
}

/// A number of a table, ten digits; NaN as ImageJ writes it. Knows no locale, as the whole program
/// runs in "C".
inline std::string table_number(double value) {
  if (std::isnan(value)) return "NaN";
  char text[40];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

}  // namespace karyo
