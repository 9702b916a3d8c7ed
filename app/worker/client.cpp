#include "app/worker/client.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "app/worker/executable.h"
#include "core/base/atomic_file.h"

namespace karyo::worker {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr int kPollMs = 50;
constexpr std::chrono::seconds kPatience{2};  // after a wish to stop
constexpr std::chrono::milliseconds kFarewell{1000};
constexpr std::chrono::milliseconds kAtOnce{200};  // what ends so soon was ending before

/// The end of what the worker wrote to its log.
std::string last_words(const fs::path& log) {
  constexpr std::size_t kMost = 300;
  auto text = read_file(log);
  if (!text) return {};
  while (!text->empty() && std::isspace(static_cast<unsigned char>(text->back())) != 0) {
    text->pop_back();
  }
  return text->size() > kMost ? text->substr(text->size() - kMost) : *text;
}

}  // namespace

Client::Client(std::string device) : device_(std::move(device)) {}

Client::~Client() {
  stop();
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

Result<fs::path> Client::folder() {
  const std::lock_guard lock(making_);
  if (!folder_.empty()) return folder_;
  std::error_code ec;
  std::string name = (fs::temp_directory_path(ec) / "karyoscope-XXXXXX").string();
  if (ec || mkdtemp(name.data()) == nullptr) {
    return Error(ErrorCode::kIo, "no folder for passing files can be made: " + name,
                 "Make room in the folder for temporary files, or name another with TMPDIR.");
  }
  folder_ = name;
  return folder_;
}

Result<fs::path> Client::new_file(const std::string& ending) {
  KARYO_TRY(const fs::path files, folder());
  const std::lock_guard lock(making_);
  return files / (std::to_string(++files_) + ending);
}

Result<void> Client::start() {
  if (process_ > 0) return {};
  KARYO_TRY(const fs::path program, worker_executable());
  KARYO_TRY(const fs::path files, folder());
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return Error(ErrorCode::kIo, std::string("no way to the worker: ") + std::strerror(errno),
                 "Close programs that have many files open.");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (files / "worker.log").c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::string name = program.string(), command = "serve", option = "--device", device = device_;
  std::array<char*, 5> arguments{name.data(), command.data(), option.data(), device.data(),
                                 nullptr};
  pid_t process = -1;
  const int failed =
      posix_spawn(&process, name.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failed != 0) {
    close(ends[0]);
    return Error(ErrorCode::kIo, "cannot start " + name + ": " + std::strerror(failed),
                 "Check that the file is executable and its libraries are installed.");
  }
  process_ = process;
  socket_ = ends[0];
  lines_ = {};
  return {};
}

void Client::end() {
  const std::lock_guard turn(turn_);
  stop();
}

void Client::stop() {
  if (process_ <= 0) return;
  close(socket_);  // the worker ends when nobody can ask any more
  socket_ = -1;
  const auto until = steady_clock::now() + kFarewell;
  int status = 0;
  while (waitpid(process_, &status, WNOHANG) == 0) {
    if (steady_clock::now() > until) {
      kill(process_, SIGKILL);
      waitpid(process_, &status, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  process_ = -1;
}

Error Client::ended() {
  close(socket_);
  socket_ = -1;
  int status = 0;
  kill(process_, SIGKILL);  // it may have closed its side alone
  waitpid(process_, &status, 0);
  process_ = -1;
  const std::string words = last_words(folder_ / "worker.log");
  const bool killed = WIFSIGNALED(status);
  return {ErrorCode::kIo,
          "the program that runs the model ended" +
              (killed ? " by signal " + std::to_string(WTERMSIG(status))
                      : " with status " + std::to_string(WEXITSTATUS(status))) +
              (words.empty() ? "" : ": " + words),
          "Try again; if memory ran out, close other programs or use a smaller image."};
}

bool Client::send(const Question& question) const {
  const std::string line = line_of(question);
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t n = ::send(socket_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

Result<nlohmann::json> Client::ask(const std::string& question, nlohmann::json arguments,
                                   TaskControl& control) {
  std::unique_lock turn(turn_, std::try_to_lock);
  while (!turn.owns_lock()) {
    if (control.cancelled()) return cancelled_error("the model");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    turn.try_lock();
  }
  const std::uint64_t id = ++last_id_;
  // One that ended since the last question is noticed here, and another is started; so it is where
  // it was about to end, took the question and said nothing to it.
  for (int attempt = 0; attempt < 2; ++attempt) {
    KARYO_CHECK_OK(start());
    if (!send({id, question, arguments})) {
      if (attempt == 1) break;
      static_cast<void>(ended());
      continue;
    }
    const auto asked = steady_clock::now();
    bool heard = false;
    auto answer = wait_for(id, control, heard);
    const bool was_ending = process_ < 0 && !heard && steady_clock::now() - asked < kAtOnce;
    if (answer || attempt == 1 || !was_ending || control.cancelled()) return answer;
  }
  return ended();
}

Result<nlohmann::json> Client::wait_for(std::uint64_t id, TaskControl& control, bool& heard) {
  bool told = false;
  auto until = steady_clock::time_point::max();
  std::array<char, 4096> bytes{};
  for (;;) {
    if (control.cancelled() && !told) {
      told = true;
      until = steady_clock::now() + kPatience;
      if (!send({id, "", {}})) return ended();
    }
    if (steady_clock::now() > until) {
      stop();
      return cancelled_error("the model");
    }
    pollfd waiting{socket_, POLLIN, 0};
    if (poll(&waiting, 1, kPollMs) <= 0) continue;
    const ssize_t n = recv(socket_, bytes.data(), bytes.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return ended();
    heard = true;
    auto added = lines_.add({bytes.data(), static_cast<std::size_t>(n)});
    std::string line;
    while (added && lines_.take(line)) {
      const auto answer = answer_from(line);
      if (!answer) {
        stop();
        return answer.error();
      }
      if (answer->id != id) continue;  // of a question that was given up
      if (answer->kind == Answer::Kind::kDone) return answer->done;
      if (answer->kind == Answer::Kind::kFailed) return answer->failed;
      control.report(answer->fraction, answer->doing);
    }
    if (!added) {
      stop();
      return added.error();
    }
  }
}

}  // namespace karyo::worker
