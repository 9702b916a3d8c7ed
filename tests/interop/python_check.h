#pragma once

/// Runs a check in the Python that KARYOSCOPE_PYTHON names.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace karyo::test {

/// In single quotes, as one word of the shell whatever it holds.
inline std::string quoted(const std::filesystem::path& path) {
  std::string text = "'";
  for (const char c : path.string()) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

/// Runs tests/interop/`script` with `arguments`, words for the shell. Skips the test where no Python
/// is named or it lacks what the script needs (exit status 77); else the script has to end with 0.
inline void expect_python_agrees(const char* script, const std::string& arguments) {
  const char* python = std::getenv("KARYOSCOPE_PYTHON");
  if (python == nullptr) {
    GTEST_SKIP() << "KARYOSCOPE_PYTHON names no Python with stardist (pip install stardist "
                    "tensorflow tifffile)";
  }
  const auto file = std::filesystem::path(KARYOSCOPE_SOURCE_DIR) / "tests/interop" / script;
  const int status = std::system((quoted(python) + " " + quoted(file) + " " + arguments).c_str());
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << python << " has no stardist";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace karyo::test
