#pragma once

/// What is said of images that come to a training while it goes on.

#include <string>
#include <vector>

#include "core/base/text.h"

namespace karyo {

/// "3 images came (a, b, c)": by name, ten at most.
inline std::string came_text(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 10;
  return std::to_string(names.size()) + (names.size() == 1 ? " image came (" : " images came (") +
         first_of(names, kNamed) + ")";
}

}  // namespace karyo
