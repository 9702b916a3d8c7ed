#include "app/worker/launch.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>

namespace karyo::worker {
namespace {

struct WorkerCommand {
  const char* name;
  const char* help;
};

constexpr std::array<WorkerCommand, 3> kCommands{{
    {"train", "Train a model on a folder of pairs"},
    {"thresholds", "Tune a model's probability and NMS thresholds"},
    {"predict", "Apply a model to an image or a folder"},
}};

constexpr const char* kName = "karyoscope-worker";

}  // namespace

bool is_worker_command(std::string_view name) {
  for (const auto& command : kCommands) {
    if (name == command.name) return true;
  }
  return false;
}

Result<std::filesystem::path> worker_executable() {
  namespace fs = std::filesystem;
  std::error_code ec;
  const fs::path self = fs::read_symlink("/proc/self/exe", ec);
  if (!ec && fs::exists(self.parent_path() / kName)) return self.parent_path() / kName;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((fs::path(folder) / kName).c_str(), X_OK) == 0) return fs::path(folder) / kName;
  }
  return Error(ErrorCode::kNotFound, std::string(kName) + " was found neither beside " +
                                         self.string() + " nor in PATH",
               "Install Karyoscope whole, or build it with KARYOSCOPE_MODELS=ON.");
}

Error become_worker(char** argv) {
  const auto worker = worker_executable();
  if (!worker) return worker.error();
  std::string name = worker->string();
  argv[0] = name.data();
  execv(name.c_str(), argv);
  return {ErrorCode::kIo, "cannot start " + name + ": " + std::strerror(errno),
          "Check that the file is executable and its libraries are installed."};
}

void add_worker_commands_to_help(CLI::App& app) {
  for (const auto& command : kCommands) app.add_subcommand(command.name, command.help);
}

}  // namespace karyo::worker
