#include "app/worker/far_session.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/base/sha256.h"

namespace karyo::worker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kGreeting{60000}, kLook{200};
constexpr int kFarewellMs = 1000;

std::string text_at(const json& message, const char* key) {
  const auto found = message.find(key);
  return found != message.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uintmax_t count_at(const json& message, const char* key) {
  const auto found = message.find(key);
  return found != message.end() && found->is_number_unsigned() ? found->get<std::uintmax_t>() : 0;
}

/// The end of what a program wrote to its file.
std::string last_words(std::FILE* file) {
  constexpr long kMost = 300;
  std::string text;
  if (file == nullptr || std::fseek(file, 0, SEEK_END) != 0) return text;
  const long end = std::ftell(file);
  std::fseek(file, std::max(0L, end - kMost), SEEK_SET);
  text.resize(static_cast<std::size_t>(kMost));
  text.resize(std::fread(text.data(), 1, text.size(), file));
  for (char& c : text) c = c == '\n' || c == '\r' ? ' ' : c;
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

/// A file of a model folder, by its name alone.
bool is_model_file(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos &&
         !name.starts_with("run.");
}

}  // namespace

Result<std::unique_ptr<FarSession>> FarSession::connect(const FarPlace& place,
                                                        TaskControl& control) {
  std::unique_ptr<FarSession> session(new FarSession(place, control));
  control.report(0, "Reaching " + place.host);
  KARYO_CHECK_OK(session->start_ssh());
  KARYO_CHECK_OK(session->greet());
  session->listener_ = std::thread([s = session.get()] { s->listen(); });
  return session;
}

FarSession::~FarSession() {
  closing_ = true;
  if (listener_.joinable()) listener_.join();
  end_ssh();
  if (words_ != nullptr) std::fclose(words_);
}

Result<void> FarSession::start_ssh() {
  KARYO_TRY(auto line, far_command_line(place_));
  std::array<int, 2> ends{};
  words_ = std::tmpfile();
  if (words_ == nullptr || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return Error(ErrorCode::kIo, std::string("no way to another computer: ") + std::strerror(errno),
                 "Close programs that have many files open.");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(words_), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A terminal's Ctrl-C is for us, who then ask the other side to keep what it has.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  std::vector<char*> raw;
  for (std::string& word : line) raw.push_back(word.data());
  raw.push_back(nullptr);
  const int failed = posix_spawnp(&ssh_, raw[0], &actions, &attributes, raw.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  link_ = std::make_unique<FarLink>(ends[0], ends[0]);
  link_->give_up = [this] { return closing_ || (!gentle_ && control_.cancelled()); };
  if (failed == 0) return {};
  ssh_ = -1;
  return Error(ErrorCode::kNotFound, "cannot start " + line.front() + ": " + std::strerror(failed),
               "Install OpenSSH's client, or name another program in Edit › Preferences.");
}

Result<void> FarSession::greet() {
  const auto greeting = link_->hear_greeting(kGreeting);
  if (!greeting) return explained(greeting.error());
  greeting_ = {text_at(*greeting, "host"), text_at(*greeting, "version"),
               text_at(*greeting, "folder"), text_at(*greeting, "device"),
               count_at(*greeting, "room")};
  if (greeting_.version == KARYOSCOPE_VERSION) return {};
  return Error(ErrorCode::kUnsupported,
               place_.host + " has version " + greeting_.version + " of Karyoscope, this is " +
                   KARYOSCOPE_VERSION,
               "Install the same version on both.");
}

int FarSession::end_ssh() {
  if (ssh_ <= 0) return 0;
  link_.reset();
  int status = 0;
  for (int waited = 0; waitpid(ssh_, &status, WNOHANG) == 0; waited += 20) {
    if (waited > kFarewellMs) {
      kill(ssh_, SIGKILL);
      waitpid(ssh_, &status, 0);
      break;
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
  ssh_ = -1;
  return status;
}

/// Why the other side ended the line, where it said so.
std::optional<Error> FarSession::failure_said() {
  while (const auto message = wait_for(kLook)) {
    const auto failed = message->find("failed");
    if (failed == message->end()) continue;
    return Error(ErrorCode::kInternal, text_at(*failed, "what"), text_at(*failed, "fix"))
        .in(place_.host);
  }
  return {};
}

/// What a line that ended means, by what ssh said and with which status.
Error FarSession::explained(const Error& error) {
  if (!gentle_ && control_.cancelled()) return cancelled_error("the training");
  if (error.code != ErrorCode::kIo) return error;
  if (auto said = failure_said()) return *std::move(said);
  closing_ = true;
  if (listener_.joinable()) listener_.join();
  const int status = end_ssh();
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  const std::string words = last_words(words_);
  const std::string why = words.empty() ? "" : ": " + words;
  if (code == 127 || code == 126) {
    return {ErrorCode::kNotFound, "there is no " + place_.command + " on " + place_.host + why,
            "Install Karyoscope there, or give the program's whole path in Edit › Preferences."};
  }
  if (code == 255 && greeting_.version.empty()) {
    return {
        ErrorCode::kIo, place_.host + " cannot be reached" + why,
        "Try \"ssh " + place_.host +
            "\" in a terminal: it has to come in without a password (ssh-copy-id sends a key)."};
  }
  if (greeting_.version.empty()) {
    return {ErrorCode::kIo, "no worker of Karyoscope answers on " + place_.host + why,
            "Install the same version of Karyoscope there, and see that the command starts it."};
  }
  return {
      ErrorCode::kIo, "the line to " + place_.host + " was lost" + why,
      "What has arrived is kept. When it can be reached, \"Go on training\" or --resume goes on "
      "from the last epoch."};
}

void FarSession::put_into_box(json message) {
  const std::lock_guard lock(mutex_);
  box_.push_back(std::move(message));
  came_.notify_all();
}

/// Hears until the session is closed or the line is lost.
void FarSession::listen() {
  while (!closing_) {
    auto message = link_->hear(kLook);
    std::optional<Error> trouble;
    bool here = false;
    const Run* const run = run_.load(std::memory_order_acquire);
    if (!message) {
      trouble = message.error();
      if (trouble->code == ErrorCode::kCancelled && !closing_) continue;
    } else if (!*message || (*message)->contains("alive")) {
      continue;
    } else if ((*message)->contains("said")) {
      if (run != nullptr) run->said(text_at(**message, "said"));
      continue;
    } else if ((*message)->contains("got") && run != nullptr) {
      const auto taken = take_file(**message, *run);
      if (!taken) trouble = taken.error();
      here = !taken && taken.error().code != ErrorCode::kIo;
    } else {
      put_into_box(std::move(**message));
    }
    if (!trouble) continue;
    const std::lock_guard lock(mutex_);
    trouble_ = std::move(trouble);
    trouble_here_ = here;
    came_.notify_all();
    return;
  }
}

Result<void> FarSession::take_file(const json& message, const Run& run) {
  const std::string name = text_at(message, "got");
  const Error gone(
      ErrorCode::kInvalidArgument,
      "the folder " + run.model.string() + " has gone, or \"" + name + "\" is no file of a model",
      "Start a new training.");
  const auto is_there = [&] {
    std::error_code ec;
    return fs::is_directory(run.model, ec);
  };
  if (!is_model_file(name) || !is_there()) return gone;
  const auto here = [&](const Error& error) {  // not the line's; the folder may go meanwhile
    return is_there() ? Error(ErrorCode::kInvalidArgument, error.what, error.fix) : gone;
  };
  auto file = AtomicFile::create(run.model / name);
  if (!file) return here(file.error());
  std::FILE* out = std::fopen(file->temporary_path().c_str(), "wb");
  int failed = out == nullptr ? errno : 0;
  const auto arrived = link_->hear_bytes(
      static_cast<std::int64_t>(count_at(message, "bytes")),
      [&](std::span<const std::byte> part) -> Result<void> {
        if (failed == 0 && std::fwrite(part.data(), 1, part.size(), out) != part.size()) {
          failed = errno;
        }
        return {};
      });
  if (out != nullptr && std::fclose(out) != 0 && failed == 0) failed = errno;
  KARYO_CHECK_OK(arrived);
  if (failed == 0) {
    const auto kept = file->commit();
    return kept ? kept : here(kept.error());
  }
  return here(Error(
      ErrorCode::kIo, "cannot write " + (run.model / name).string() + ": " + std::strerror(failed),
      failed == ENOSPC ? "Free some disk space, then go on."
                       : "Check that the folder exists and that you may write to it."));
}

std::optional<json> FarSession::wait_for(milliseconds patience) {
  std::unique_lock lock(mutex_);
  came_.wait_for(lock, patience, [&] { return !box_.empty() || trouble_; });
  if (box_.empty()) return {};
  json message = std::move(box_.front());
  box_.pop_front();
  return message;
}

Result<json> FarSession::next() {
  for (;;) {
    if (!gentle_ && control_.cancelled()) return cancelled_error("the training");
    if (auto message = wait_for(kLook)) {
      const auto failed = message->find("failed");
      if (failed == message->end()) return *std::move(message);
      return Error(ErrorCode::kInternal, text_at(*failed, "what"), text_at(*failed, "fix"))
          .in(place_.host);
    }
    {
      const std::unique_lock lock(mutex_);
      if (trouble_) break;
    }
    if (const auto said = link_->say_alive(); !said) return explained(said.error());
    if (gentle_) return json();
  }
  return trouble_here_ ? *trouble_ : explained(*trouble_);
}

Result<void> FarSession::begin(const std::string& id, const fs::path& data) {
  const auto said = link_->say({{"run", id}, {"data", data.string()}});
  return said ? said : explained(said.error());
}

Result<std::string> FarSession::hash_of(const fs::path& file) {
  std::error_code ec;
  const Known now{fs::file_size(file, ec), fs::last_write_time(file, ec), {}};
  Known& known = hashes_[file];
  if (!known.sha256.empty() && known.size == now.size && known.written == now.written) {
    return known.sha256;
  }
  Sha256 hash;
  std::ifstream in(file, std::ios::binary);
  std::vector<char> part(std::size_t{1} << 20);
  while (in) {  // a large one takes a while, and the other side waits
    in.read(part.data(), static_cast<std::streamsize>(part.size()));
    hash.add(std::as_bytes(std::span(part.data(), static_cast<std::size_t>(in.gcount()))));
    if (!gentle_ && control_.cancelled()) return cancelled_error("the training");
    if (const auto said = link_->say_alive(); !said) return explained(said.error());
  }
  if (!in.eof()) {
    return Error(ErrorCode::kNotFound, "cannot read " + file.string(),
                 "Check that the file is there and that you may read it.");
  }
  known = {now.size, now.written, hash.text()};
  return known.sha256;
}

Result<void> FarSession::send(const std::vector<FarFile>& files) {
  std::map<std::string, fs::path> by_content;
  std::int64_t offered = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!gentle_ && control_.cancelled()) return cancelled_error("the training");
    const FarFile& file = files[i];
    KARYO_TRY(const std::string sha256, hash_of(file.file));
    std::string& placed = placed_[file.path];
    if (placed == sha256) continue;
    placed = sha256;
    by_content[sha256] = file.file;
    ++offered;
    const auto said =
        link_->say({{"file", file.path}, {"sha256", sha256}, {"bytes", hashes_[file.file].size}});
    if (!said) return explained(said.error());
  }
  if (offered == 0) return {};
  if (const auto said = link_->say({{"offered", true}}); !said) return explained(said.error());
  std::set<std::string> needs;
  for (;;) {
    KARYO_TRY(const json message, next());
    if (message.contains("need")) needs.insert(text_at(message, "need"));
    if (message.contains("needs")) break;
  }
  std::size_t done = 0;
  for (const std::string& sha256 : needs) {
    const auto found = by_content.find(sha256);
    if (found == by_content.end()) continue;
    control_.report(static_cast<double>(done++) / static_cast<double>(needs.size()),
                    "Sending " + found->second.filename().string() + " to " + place_.host);
    const auto said = link_->say_file({{"put", sha256}}, found->second);
    if (!said) return explained(said.error());
    sent_bytes_ += static_cast<std::int64_t>(hashes_[found->second].size);
  }
  known_files_ += offered - static_cast<std::int64_t>(done);
  if (const auto said = link_->say({{"place", true}}); !said) return explained(said.error());
  for (;;) {
    KARYO_TRY(const json message, next());
    if (message.contains("placed")) return {};
  }
}

Result<int> FarSession::run(const std::vector<std::string>& arguments, const Run& run) {
  kept_run_ = run;
  run_.store(&kept_run_, std::memory_order_release);
  gentle_ = true;
  if (const auto said = link_->say({{"start", arguments}}); !said) return explained(said.error());
  bool told = false;
  for (;;) {
    KARYO_TRY(const json message, next());
    if (message.contains("ended")) {
      static_cast<void>(link_->say({{"finished", true}}));
      const int number = message.value("signal", 0);
      if (number == 0) return message.value("ended", 1);
      return Error(ErrorCode::kIo,
                   "the training on " + place_.host + " ended by signal " + std::to_string(number),
                   "Continue goes on from the last epoch. If memory ran out, a smaller patch or "
                   "batch needs less.");
    }
    if (control_.cancelled() && !std::exchange(told, true)) {
      if (const auto said = link_->say({{"stop", true}}); !said) return explained(said.error());
    }
    if (run.between && !told) run.between();
  }
}

Result<FarGreeting> test_far_place(const FarPlace& place, TaskControl& control) {
  KARYO_TRY(const auto session, FarSession::connect(place, control));
  return session->greeting();
}

}  // namespace karyo::worker
