#include "app/worker/far_store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/base/sha256.h"

namespace karyo::worker {
namespace {

namespace fs = std::filesystem;

constexpr int kLookMs = 200, kPatienceMs = 15000;  // for another process to end
constexpr std::chrono::hours kKept{24 * 30};

/// `doing`: "cannot write".
Error io_error(const std::string& doing, const fs::path& path, int number) {
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return {ErrorCode::kIo, doing + " " + path.string() + ": " + std::strerror(number),
          full ? "Free some disk space there, then go on."
               : "Name a folder there that can be written to, with KARYOSCOPE_FAR."};
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Whether a relative path stays where it is put, and names something.
bool leads_nowhere_else(const fs::path& path) {
  return !path.empty() && path.is_relative() && path.has_filename() &&
         std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

}  // namespace

fs::path FarStore::usual_root() {
  if (const char* named = std::getenv("KARYOSCOPE_FAR"); named != nullptr && *named != '\0') {
    return named;
  }
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
    return fs::path(cache) / "karyoscope/far";
  }
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr && *home != '\0' ? home : ".") / ".cache/karyoscope/far";
}

Result<FarStore> FarStore::open(const fs::path& root) {
  std::error_code ec;
  const fs::path whole = fs::absolute(root, ec);  // a training works in a folder of its own
  for (const char* part : {"files", "runs"}) {
    fs::create_directories(whole / part, ec);
    if (ec) return io_error("cannot make the folder", whole / part, ec.value());
  }
  FarStore store(whole);
  store.forget_old();
  return store;
}

FarStore::FarStore(FarStore&& other) noexcept
    : root_(std::move(other.root_)),
      run_(std::move(other.run_)),
      lock_(std::exchange(other.lock_, -1)),
      kept_(std::move(other.kept_)) {}

FarStore::~FarStore() {
  if (lock_ >= 0) close(lock_);
}

void FarStore::forget_old() const {
  std::error_code ec;
  const auto long_ago = fs::file_time_type::clock::now() - kKept;
  for (const char* part : {"files", "runs"}) {
    for (const auto& entry : fs::directory_iterator(root_ / part, ec)) {
      if (fs::last_write_time(entry.path(), ec) < long_ago && !ec) fs::remove_all(entry.path(), ec);
    }
  }
}

Result<void> FarStore::lock(const fs::path& file) {
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return io_error("cannot write", file, errno);
  for (int waited = 0; flock(lock_, LOCK_EX | LOCK_NB) != 0; waited += kLookMs) {
    // One whose line was lost may not know it yet. It keeps what it has learned.
    char text[32] = {};
    const bool asks = waited == 0 || waited == kPatienceMs - kLookMs;
    if (asks && pread(lock_, text, sizeof text - 1, 0) > 0) {
      if (const pid_t process = std::atoi(text); process > 1) kill(process, SIGTERM);
    }
    if (waited > 2 * kPatienceMs) {
      return Error(ErrorCode::kIo, "this training still goes on over there",
                   "Wait a minute and try again.");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(kLookMs));
  }
  const std::string mine = std::to_string(getpid()) + "\n";
  if (ftruncate(lock_, 0) != 0 || pwrite(lock_, mine.data(), mine.size(), 0) < 0) {
    return io_error("cannot write", file, errno);
  }
  return {};
}

void FarStore::keep_model_of(const fs::path& run) {
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(run / "model", ec)) {
    if (!entry.is_regular_file(ec)) continue;
    const auto hash = sha256_of_file(entry.path());
    if (!hash || has(*hash)) continue;
    fs::rename(entry.path(), content(*hash), ec);
    if (!ec) kept_.push_back(*hash);
  }
}

Result<fs::path> FarStore::begin_run(const std::string& id) {
  if (!is_sha256(id)) {
    return Error(ErrorCode::kInvalidArgument, "\"" + id + "\" names no training",
                 "Install the same version of Karyoscope there.");
  }
  const fs::path run = root_ / "runs" / id;
  KARYO_CHECK_OK(lock(run.string() + ".lock"));
  keep_model_of(run);
  std::error_code ec;
  fs::remove_all(run, ec);
  fs::create_directories(run / "model", ec);
  if (ec) return io_error("cannot make the folder", run, ec.value());
  run_ = run;
  return run;
}

void FarStore::forget_unused() {
  std::error_code ec;
  for (const std::string& sha256 : kept_) fs::remove(content(sha256), ec);
  kept_.clear();
}

void FarStore::end_run() {
  std::error_code ec;
  if (run_.empty()) return;
  fs::remove_all(run_, ec);
  fs::remove(run_.string() + ".lock", ec);
  run_.clear();
}

fs::path FarStore::content(const std::string& sha256) const {
  return root_ / "files" / sha256;
}

bool FarStore::has(const std::string& sha256) const {
  std::error_code ec;
  return is_sha256(sha256) && fs::is_regular_file(content(sha256), ec);
}

std::uintmax_t FarStore::room() const {
  std::error_code ec;
  const auto space = fs::space(root_, ec);
  return ec ? 0 : space.available;
}

Result<void> FarStore::take(const std::string& sha256, const Write& write) {
  if (!is_sha256(sha256)) {
    return Error(ErrorCode::kInvalidArgument, "\"" + sha256 + "\" names no content",
                 "Install the same version of Karyoscope there.");
  }
  KARYO_TRY(auto file, AtomicFile::create(content(sha256)));
  const int out = ::open(file.temporary_path().c_str(), O_WRONLY | O_CLOEXEC);
  if (out < 0) return io_error("cannot write", file.temporary_path(), errno);
  Sha256 hash;
  const auto written = write([&](std::span<const std::byte> part) -> Result<void> {
    hash.add(part);
    while (!part.empty()) {
      const ssize_t n = ::write(out, part.data(), part.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return io_error("cannot write", root_ / "files", errno);
      part = part.subspan(static_cast<std::size_t>(n));
    }
    return {};
  });
  close(out);
  KARYO_CHECK_OK(written);
  if (hash.text() != sha256) {
    return Error(ErrorCode::kBadFile, "a file did not arrive as it was sent",
                 "Try again when nothing writes to the images.");
  }
  return file.commit();
}

Result<void> FarStore::place(const std::string& sha256, const fs::path& path) {
  if (!leads_nowhere_else(path) || run_.empty()) {
    return Error(ErrorCode::kInvalidArgument, "\"" + path.string() + "\" is no place for a file",
                 "Install the same version of Karyoscope there.");
  }
  if (!has(sha256)) {
    return Error(ErrorCode::kNotFound, path.string() + " has not arrived", "Try again.");
  }
  std::error_code ec;
  const fs::path target = run_ / path, beside = target.string() + ".new";
  fs::create_directories(target.parent_path(), ec);
  fs::last_write_time(content(sha256), fs::file_time_type::clock::now(), ec);  // it is in use
  ec.clear();
  fs::remove(beside, ec);
  fs::create_hard_link(content(sha256), beside, ec);
  // Some file systems have no links.
  if (ec) fs::copy_file(content(sha256), beside, fs::copy_options::overwrite_existing, ec);
  if (!ec) fs::rename(beside, target, ec);
  if (ec) return io_error("cannot write", target, ec.value());
  std::erase(kept_, sha256);
  return {};
}

}  // namespace karyo::worker
