#include "tests/support/temp_dir.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <system_error>

namespace karyo::test {

// Numbers alone: letters by chance may be a word that makes an image a mask ("gt").
TempDir::TempDir() {
  static std::atomic<int> last{0};
  const auto folder = std::filesystem::temp_directory_path();
  const std::string run = "karyoscope-test-" + std::to_string(getpid()) + "-";
  std::error_code failed;
  do {
    path_ = folder / (run + std::to_string(++last));
  } while (!std::filesystem::create_directory(path_, failed) && !failed);
  if (failed) std::abort();
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace karyo::test
