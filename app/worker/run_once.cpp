#include "app/worker/run_once.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "app/worker/protocol.h"
#include "app/worker/said.h"
#include "app/worker/spawn.h"

namespace karyo::worker {
namespace {

constexpr int kPollMs = 50;

}  // namespace

Result<void> run_once(std::vector<std::string> arguments, TaskControl& control,
                      const std::function<void(const nlohmann::json&)>& heard) {
  arguments.insert(arguments.end(), {"--progress", "json"});
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error(ErrorCode::kIo, "no way to the worker", "Close programs with many files open.");
  }
  const auto process = spawn_worker(std::move(arguments), ends[1]);
  close(ends[1]);
  if (!process) {
    close(ends[0]);
    return process.error();
  }
  LineBuffer lines;
  Said said;
  bool told = false;
  std::array<char, 4096> bytes{};
  for (bool open = true; open;) {
    if (control.cancelled() && !told) {
      told = true;
      kill(*process, SIGINT);
    }
    pollfd waiting{ends[0], POLLIN, 0};
    if (poll(&waiting, 1, kPollMs) <= 0) continue;
    const ssize_t n = read(ends[0], bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    open = n > 0;
    if (!open || !lines.add({bytes.data(), static_cast<std::size_t>(n)})) continue;
    for (std::string line; lines.take(line);) {
      const auto event = nlohmann::json::parse(line, nullptr, false);
      event.is_object() ? heard(event) : said.take(line);
    }
  }
  close(ends[0]);
  int status = 0;
  while (waitpid(*process, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (control.cancelled()) return cancelled_error("the model");
  if (said.failure) return *said.failure;
  return Error(ErrorCode::kIo,
               "the program that runs the model ended" +
                   (WIFSIGNALED(status) ? " by signal " + std::to_string(WTERMSIG(status))
                                        : std::string(" early")) +
                   (said.last_words.empty() ? "" : ": " + said.last_words),
               "Try again; if memory ran out, close other programs or use smaller images.");
}

Result<void> predict_files(std::vector<std::string> arguments, TaskControl& control,
                           const std::function<void(const FileDone&)>& done) {
  arguments.insert(arguments.begin(), "predict");
  control.report(0, "Applying the model");
  return run_once(std::move(arguments), control, [&](const nlohmann::json& event) {
    if (event.value("event", "") != "file") return;
    const FileDone file{event.value("path", ""), event.value("output", ""),
                        event.contains("objects"), event.value("objects", std::int64_t{0}),
                        event.value("unsure", std::int64_t{0})};
    done(file);
    control.report(event.value("number", 0.0) / event.value("of", 1.0),
                   "Applying the model to " + file.image.filename().string());
  });
}

}  // namespace karyo::worker
