#include "app/autosave.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "app/session.h"
#include "core/base/atomic_file.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockEnding = ".lock";

/// The open file when nobody else holds its lock, else -1.
int locked(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  ::close(file);
  return -1;
}

fs::path session_of(const fs::path& lock) {
  return fs::path(lock).replace_extension(kSessionEnding);
}

}  // namespace

fs::path autosave_folder() {
  if (const char* folder = std::getenv("XDG_STATE_HOME"); folder != nullptr && *folder != '\0') {
    return fs::path(folder) / "karyoscope";
  }
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? fs::path(home) / ".local/state/karyoscope" : fs::path();
}

Autosave::Autosave(fs::path folder) : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  std::error_code failed;
  fs::create_directories(folder_, failed);
  find_left_behind();
  for (int i = 0; own_.file < 0 && i < 100; ++i) {  // another window of this process has the first
    own_.path =
        folder_ / ("window-" + std::to_string(getpid()) + "-" + std::to_string(i) + kLockEnding);
    if (!fs::exists(own_.path, failed)) own_.file = locked(own_.path);
  }
  if (own_.file >= 0) session_ = session_of(own_.path);
}

Autosave::~Autosave() {
  std::error_code failed;
  if (own_.file >= 0) {
    fs::remove(session_, failed);
    fs::remove(own_.path, failed);
    ::close(own_.file);
  }
  for (const Lock& other : others_) ::close(other.file);
}

void Autosave::find_left_behind() {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder_, failed)) {
    if (entry.path().extension() != kLockEnding) continue;
    const int file = locked(entry.path());
    if (file < 0) continue;  // its window is open
    if (fs::exists(session_of(entry.path()), failed)) {
      others_.push_back({entry.path(), file});
      left_behind_.push_back(session_of(entry.path()));
    } else {
      fs::remove(entry.path(), failed);
      ::close(file);
    }
  }
  std::sort(left_behind_.begin(), left_behind_.end(), [](const fs::path& a, const fs::path& b) {
    std::error_code gone;
    return fs::last_write_time(a, gone) > fs::last_write_time(b, gone);
  });
}

void Autosave::forget_left_behind() {
  std::error_code failed;
  for (const Lock& other : others_) {
    fs::remove(session_of(other.path), failed);
    fs::remove(other.path, failed);
    ::close(other.file);
  }
  others_.clear();
  left_behind_.clear();
}

Result<void> Autosave::save(const Workspace& workspace) {
  if (session_.empty()) return {};
  const bool nothing = workspace.layers().empty();
  std::string text = nothing ? std::string() : session_text(folder_, workspace);
  if (text == last_) return {};
  if (nothing) {
    std::error_code failed;
    fs::remove(session_, failed);
  } else {
    KARYO_CHECK_OK(write_file_atomically(session_, text));
  }
  last_ = std::move(text);
  return {};
}

}  // namespace karyo
