#include "app/worker/launch.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "app/worker/executable.h"

namespace karyo::worker {
namespace {

struct WorkerCommand {
  const char* name;
  const char* help;
};

constexpr std::array<WorkerCommand, 5> kCommands{{
    {"train", "Train a model on a folder of pairs"},
    {"thresholds", "Tune a model's probability and NMS thresholds"},
    {"predict", "Apply a model to an image or a folder"},
    {"import-model",
     "Make a model folder of a StarDist, CARE or N2V folder or bioimage.io package"},
    {"export-model", "Write a model for the Python packages, or as a bioimage.io package"},
}};

}  // namespace

bool is_worker_command(std::string_view name) {
  for (const auto& command : kCommands) {
    if (name == command.name) return true;
  }
  return false;
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
