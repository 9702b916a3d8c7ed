#include "app/worker/executable.h"

#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <string>

namespace karyo::worker {

Result<std::filesystem::path> worker_executable() {
  namespace fs = std::filesystem;
  constexpr const char* kName = "karyoscope-worker";
  std::error_code ec;
  const fs::path self = fs::read_symlink("/proc/self/exe", ec);
  if (!ec && fs::exists(self.parent_path() / kName, ec)) return self.parent_path() / kName;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((fs::path(folder) / kName).c_str(), X_OK) == 0) return fs::path(folder) / kName;
  }
  return Error(ErrorCode::kNotFound,
               std::string(kName) + " was found neither beside " + self.string() + " nor in PATH",
               "Install Karyoscope whole, or build it with KARYOSCOPE_MODELS=ON.");
}

}  // namespace karyo::worker
