#pragma once

/// Text inside HTML and SVG.

#include <string>
#include <string_view>

namespace karyo {

/// For element content and quoted attributes: & < > " ' escaped, bytes that are no UTF-8 and
/// characters that XML forbids replaced by U+FFFD. What comes out can open or close nothing.
std::string escaped(std::string_view text);

std::string base64(std::string_view bytes);

}  // namespace karyo
