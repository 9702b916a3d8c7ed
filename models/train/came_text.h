#pragma once

/// What is said of images that come to a training while it goes on.

#include <algorithm>
#include <string>
#include <vector>

namespace karyo {

/// "3 images came (a, b, c)": by name, ten at most.
inline std::string came_text(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 10;
  std::string text =
      std::to_string(names.size()) + (names.size() == 1 ? " image came (" : " images came (");
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) {
    text += (i > 0 ? ", " : "") + names[i];
  }
  return text + (names.size() > kNamed ? ", …)" : ")");
}

}  // namespace karyo
