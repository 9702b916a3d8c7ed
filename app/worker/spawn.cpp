#include "app/worker/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>

#include "app/worker/executable.h"

namespace karyo::worker {
namespace {

constexpr int kPatience = 10;  // nice

}  // namespace

Result<pid_t> spawn_worker(std::vector<std::string> arguments, int output) {
  KARYO_TRY(const auto program, worker_executable());
  arguments.insert(arguments.begin(), program.string());
  std::vector<char*> raw;
  for (auto& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // Nobody who listens any more ends it, also where its parent does not care.
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
  pid_t process = -1;
  const int failed = posix_spawn(&process, raw[0], &actions, &attributes, raw.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return Error(ErrorCode::kIo, "cannot start " + program.string() + ": " + std::strerror(failed),
                 "Check that the file is executable and its libraries are installed.");
  }
  setpriority(PRIO_PROCESS, static_cast<id_t>(process), kPatience);
  return process;
}

}  // namespace karyo::worker
