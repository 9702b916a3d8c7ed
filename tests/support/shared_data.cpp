#include "tests/support/shared_data.h"

#include <cstdlib>

namespace karyo::test {

std::filesystem::path shared_dir() {
  if (const char* named = std::getenv("KARYOSCOPE_SHARED")) return named;
  return std::filesystem::path(KARYOSCOPE_SOURCE_DIR).parent_path() / "shared";
}

bool have_shared() { return std::filesystem::is_directory(shared_dir() / "golden"); }

}  // namespace karyo::test
