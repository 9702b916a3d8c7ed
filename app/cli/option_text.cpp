#include "app/cli/option_text.h"

#include <cstdio>

namespace karyo::cli {

std::optional<Index3> parse_zyx(const std::string& text) {
  long long z = 1, y = 0, x = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%lld,%lld,%lld%c", &z, &y, &x, &rest) != 3) {
    z = 1;
    if (std::sscanf(text.c_str(), "%lld,%lld%c", &y, &x, &rest) != 2) return std::nullopt;
  }
  if (z < 1 || y < 1 || x < 1) return std::nullopt;
  return Index3{z, y, x};
}

}  // namespace karyo::cli
