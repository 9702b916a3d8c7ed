#pragma once

/// Words for the shell.

#include <filesystem>
#include <string>

namespace karyo::test {

/// In single quotes, as one word whatever it holds.
inline std::string quoted(const std::filesystem::path& path) {
  std::string text = "'";
  for (const char c : path.string()) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace karyo::test
