#pragma once

/// The worker that this build made, found as one that is installed; and what runs of it.

#include <sys/types.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace karyo::test {

inline void find_built_worker() {
  setenv("PATH", (std::string(KARYOSCOPE_WORKER_FOLDER) + ":" + std::getenv("PATH")).c_str(), 1);
}

/// Processes that this one started and that run.
inline std::vector<pid_t> children() {
  std::vector<pid_t> found;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream list(task.path() / "children");
    for (pid_t pid = 0; list >> pid;) found.push_back(pid);
  }
  return found;
}

}  // namespace karyo::test
