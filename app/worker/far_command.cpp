// karyoscope-worker far: trains for another computer that speaks over stdin and stdout
// (far_link.h).

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "app/worker/commands.h"
#include "app/worker/far_link.h"
#include "app/worker/far_store.h"
#include "app/worker/protocol.h"
#include "app/worker/spawn.h"
#include "core/base/atomic_file.h"
#include "models/device.h"

namespace karyo::worker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLook{100}, kScan{2000};
constexpr std::chrono::seconds kLastWords{60};        // to write a checkpoint in
constexpr std::chrono::seconds kCheckpointEvery{20};  // large, and needed to go on only
constexpr const char *kCheckpoint = "checkpoint.safetensors", *kData = "data.json";

std::string text_at(const json& message, const char* key) {
  const auto found = message.find(key);
  return found != message.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t count_at(const json& message, const char* key) {
  const auto found = message.find(key);
  const bool count = found != message.end() && found->is_number_integer();
  return count ? std::max<std::int64_t>(0, found->get<std::int64_t>()) : 0;
}

/// data.json names the folder of the images, which is another one on each computer.
/// The rest stays as it was written.
std::string with_folder(std::string text, const std::string& was, const std::string& is) {
  const auto entry = [](const std::string& folder) {
    return "\"folder\": " + json(folder).dump(-1, ' ', false, json::error_handler_t::replace);
  };
  const auto at = text.find(entry(was));
  return at == std::string::npos ? text : text.replace(at, entry(was).size(), entry(is));
}

/// The training: a process whose words come through a pipe.
class FarTraining {
 public:
  ~FarTraining() {
    if (words_ >= 0) close(words_);
  }
  bool going_on() const { return process_ > 0; }
  int words() const { return words_; }

  Result<void> start(std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      return Error(ErrorCode::kIo, "no pipe can be made", "Close programs with many open files.");
    }
    const auto process = spawn_worker(std::move(arguments), ends[1]);
    close(ends[1]);
    words_ = ends[0];
    if (!process) return process.error();
    fcntl(words_, F_SETFL, O_NONBLOCK);
    process_ = *process;
    return {};
  }

  void stop() const {
    if (going_on()) kill(process_, SIGINT);
  }

  /// What it has said since, whole lines. At its end `ended()` has its status.
  std::vector<std::string> said() {
    std::vector<std::string> lines;
    std::array<char, 1 << 14> bytes{};
    for (;;) {
      const ssize_t n = read(words_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n == 0) wait_for_end();
      if (n <= 0) break;
      // A line that is too long is none of ours; what comes after it may be.
      if (!buffer_.add({bytes.data(), static_cast<std::size_t>(n)})) buffer_ = {};
      for (std::string line; buffer_.take(line);) lines.push_back(line);
    }
    return lines;
  }
  const std::optional<int>& ended() const { return status_; }

  /// Stops it and waits until it has kept what it has learned.
  void end() {
    stop();
    const auto until = steady_clock::now() + kLastWords;
    while (going_on()) {
      static_cast<void>(said());
      if (steady_clock::now() > until) kill(process_, SIGKILL);
      std::this_thread::sleep_for(kLook);
    }
  }

 private:
  void wait_for_end() {
    if (!going_on()) return;
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) continue;
    process_ = -1;
    status_ = status;
  }

  pid_t process_ = -1;
  int words_ = -1;
  std::optional<int> status_;
  LineBuffer buffer_;
};

/// Files of the model folder that have changed since they were sent.
class ChangedFiles {
 public:
  explicit ChangedFiles(fs::path folder) : folder_(std::move(folder)) {}

  /// What is there by now is known at home.
  void know() { static_cast<void>(changed(true)); }

  std::vector<std::string> changed(bool all) {
    std::vector<std::string> names;
    std::error_code ec;
    const bool checkpoint_too = all || steady_clock::now() - checkpoint_ > kCheckpointEvery;
    for (const auto& entry : fs::directory_iterator(folder_, ec)) {
      const std::string name = entry.path().filename().string();
      struct stat about {};
      if (name.starts_with('.') || stat(entry.path().c_str(), &about) != 0) continue;
      if (!S_ISREG(about.st_mode) || (name == kCheckpoint && !checkpoint_too)) continue;
      const State state{about.st_ino, about.st_size,
                        about.st_mtim.tv_sec * 1'000'000'000 + about.st_mtim.tv_nsec};
      if (std::exchange(known_[name], state) == state) continue;
      if (name == kCheckpoint) checkpoint_ = steady_clock::now();
      names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  using State = std::tuple<std::uint64_t, std::int64_t, std::int64_t>;  // inode, bytes, when
  fs::path folder_;
  std::map<std::string, State> known_;
  steady_clock::time_point checkpoint_;
};

class FarSide {
 public:
  FarSide(FarLink& link, FarStore store) : link_(link), store_(std::move(store)) {}

  /// Until the other side has all, or is gone.
  Result<void> work() {
    auto scanned = steady_clock::now();
    while (!finished_) {
      if (!link_.holds_more()) wait();
      if (cli::interrupted()) return cancelled_error("the training");
      for (auto patience = milliseconds(0);;) {
        KARYO_TRY(const auto message, link_.hear(patience));
        if (!message) break;
        KARYO_CHECK_OK(answer(*message));
      }
      if (training_.words() >= 0 && !told_end_) KARYO_CHECK_OK(pass_on_words());
      if (training_.going_on() && steady_clock::now() - scanned > kScan) {
        KARYO_CHECK_OK(send_changed(false));
        scanned = steady_clock::now();
      }
      KARYO_CHECK_OK(link_.say_alive());
    }
    store_.end_run();
    return {};
  }

  void end_training() { training_.end(); }

 private:
  struct Offered {
    std::string path, sha256;
    std::int64_t bytes = 0;
  };

  void wait() const {
    std::array<pollfd, 2> waiting{{{link_.input(), POLLIN, 0}, {training_.words(), POLLIN, 0}}};
    poll(waiting.data(), training_.going_on() ? 2 : 1, static_cast<int>(kLook.count()));
  }

  Result<void> answer(const json& message) {
    if (message.contains("run")) return begin(message);
    if (message.contains("file")) {
      offered_.push_back(
          {text_at(message, "file"), text_at(message, "sha256"), count_at(message, "bytes")});
      return {};
    }
    if (message.contains("offered")) return say_needs();
    if (message.contains("put")) return take(message);
    if (message.contains("place")) return place();
    if (message.contains("start")) return start(message);
    if (message.contains("stop")) training_.stop();
    if (message.contains("finished")) finished_ = true;
    return {};  // alive
  }

  Result<void> begin(const json& message) {
    KARYO_TRY(run_, store_.begin_run(text_at(message, "run")));
    data_at_home_ = text_at(message, "data");
    // Paths in what the training says are then as short as they can be.
    fs::current_path(run_);
    changed_.emplace(run_ / "model");
    return {};
  }

  Result<void> say_needs() {
    std::set<std::string> needs;
    std::int64_t bytes = 0;
    for (const Offered& file : offered_) {
      if (!store_.has(file.sha256) && needs.insert(file.sha256).second) bytes += file.bytes;
    }
    constexpr std::int64_t kSpare = std::int64_t{64} << 20;  // for the model
    if (static_cast<std::uintmax_t>(bytes + kSpare) > store_.room()) {
      return Error(ErrorCode::kIo,
                   "the images need " + std::to_string(bytes >> 20) + " MiB, and there are " +
                       std::to_string(store_.room() >> 20) + " MiB free in " +
                       FarStore::usual_root().string(),
                   "Free some disk space there, or name another folder with KARYOSCOPE_FAR.");
    }
    for (const std::string& sha256 : needs) KARYO_CHECK_OK(link_.say({{"need", sha256}}));
    return link_.say({{"needs", needs.size()}});
  }

  Result<void> take(const json& message) {
    return store_.take(text_at(message, "put"), [&](const FarStore::Keep& keep) {
      return link_.hear_bytes(count_at(message, "bytes"), keep);
    });
  }

  Result<void> place() {
    for (const Offered& file : offered_) {
      KARYO_CHECK_OK(store_.place(file.sha256, file.path));
      if (file.path != std::string("model/") + kData) continue;
      KARYO_TRY(const std::string text, read_file(file.path));
      KARYO_CHECK_OK(write_file_atomically(
          file.path, with_folder(text, data_at_home_, (run_ / "data").string())));
    }
    offered_.clear();
    store_.forget_unused();
    return link_.say({{"placed", true}});
  }

  Result<void> start(const json& message) {
    if (!changed_) return Error(ErrorCode::kInvalidArgument, "no training has begun", "Try again.");
    std::vector<std::string> arguments;
    for (const json& argument : message["start"]) {
      if (argument.is_string()) arguments.push_back(argument.get<std::string>());
    }
    changed_->know();
    return training_.start(std::move(arguments));
  }

  Result<void> pass_on_words() {
    for (const std::string& line : training_.said()) {
      // What is said of an epoch is true at home too: its files come first.
      if (line.find("\"epoch\"") != std::string::npos &&
          line.find("\"val_loss\"") != std::string::npos) {
        KARYO_CHECK_OK(send_changed(false));
      }
      KARYO_CHECK_OK(link_.say({{"said", line}}));
    }
    if (!training_.ended()) return {};
    KARYO_CHECK_OK(send_changed(true));
    told_end_ = true;
    const int status = *training_.ended();
    if (WIFSIGNALED(status)) return link_.say({{"ended", 1}, {"signal", WTERMSIG(status)}});
    return link_.say({{"ended", WEXITSTATUS(status)}});
  }

  Result<void> send_changed(bool all) {
    for (const std::string& name : changed_->changed(all)) {
      fs::path file = run_ / "model" / name;
      if (name == kData) {
        KARYO_TRY(const std::string text, read_file(file));
        file = run_ / ("home_" + name);
        KARYO_CHECK_OK(write_file_atomically(
            file, with_folder(text, (run_ / "data").string(), data_at_home_)));
      }
      KARYO_CHECK_OK(link_.say_file({{"got", name}}, file));
    }
    return {};
  }

  FarLink& link_;
  FarStore store_;
  FarTraining training_;
  std::optional<ChangedFiles> changed_;
  std::vector<Offered> offered_;
  fs::path run_;
  std::string data_at_home_;
  bool told_end_ = false, finished_ = false;
};

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

Result<void> far(cli::Console& console) {
  signal(SIGPIPE, SIG_IGN);
  // What libraries print is no word of ours.
  const int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  FarLink link(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), out);
  link.give_up = [] { return cli::interrupted(); };
  const fs::path root = FarStore::usual_root();
  auto store = FarStore::open(root);
  json greeting{{"version", KARYOSCOPE_VERSION}, {"host", host_name()}, {"folder", root.string()}};
  const auto device = choose_device(console.options().device);
  greeting["device"] = device ? device->reason : device.error().what;
  greeting["room"] = store ? store->room() : 0;
  const std::string text = kFarGreeting + greeting.dump() + "\n";
  if (write(out, text.data(), text.size()) < 0) return {};
  const auto failed = [&](const Error& error) {
    static_cast<void>(link.say({{"failed", {{"what", error.what}, {"fix", error.fix}}}}));
  };
  if (!store) {
    failed(store.error());
    return store.error();
  }
  FarSide side(link, *std::move(store));
  const auto done = side.work();
  if (!done) {
    // What is left of a line that is lost would only hide that it is.
    if (!link.is_lost()) failed(done.error());
    side.end_training();
  }
  return done;
}

}  // namespace

void add_far_command(cli::Cli& command_line) {
  command_line.add_command("far", "Trains for another computer, over stdin and stdout",
                           [](cli::Console& console) { return far(console); });
}

}  // namespace karyo::worker
