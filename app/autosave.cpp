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

/// Where layers that are in no file are kept.
fs::path layers_of(const fs::path& lock) {
  return fs::path(lock).replace_extension(".layers");
}

void take_away(const fs::path& lock) {
  std::error_code failed;
  fs::remove(session_of(lock), failed);
  fs::remove_all(layers_of(lock), failed);
  fs::remove(lock, failed);
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
  writing_.reset();
  if (own_.file >= 0) {
    take_away(own_.path);
    ::close(own_.file);
  }
  if (takes_left_behind_) forget_left_behind();
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
      take_away(entry.path());
      ::close(file);
    }
  }
  std::sort(left_behind_.begin(), left_behind_.end(), [](const fs::path& a, const fs::path& b) {
    std::error_code gone;
    return fs::last_write_time(a, gone) > fs::last_write_time(b, gone);
  });
}

void Autosave::forget_left_behind() {
  for (const Lock& other : others_) {
    take_away(other.path);
    ::close(other.file);
  }
  others_.clear();
  left_behind_.clear();
}

Result<void> Autosave::finish() {
  if (!writing_) return {};
  const Result<void> outcome = writing_->wait();
  writing_.reset();
  return outcome;
}

/// Begins to write what has changed. What was begun before has ended.
void Autosave::keep_layers(const Workspace& workspace) {
  std::error_code failed;
  for (Kept& kept : kept_) {
    if (kept.layer.expired()) fs::remove(kept.path, failed);
    kept.written = true;
  }
  std::erase_if(kept_, [](const Kept& kept) { return kept.layer.expired(); });
  const LayerList& layers = workspace.layers();
  std::vector<std::pair<LayerData, fs::path>> to_write;
  for (int i = 0; i < layers.count(); ++i) {
    const std::shared_ptr<Layer>& layer = layers.shared_at(i);
    if (!layer->source().path.empty()) continue;
    auto data = data_of(*layer);
    if (!data) continue;
    auto kept = std::find_if(kept_.begin(), kept_.end(),
                             [&](const Kept& one) { return one.layer.lock() == layer; });
    if (kept == kept_.end()) {
      const std::string name = std::to_string(++kept_count_) + usual_ending(layer->kind());
      kept_.push_back({layer, {}, layers_of(own_.path) / name, false});
      kept = std::prev(kept_.end());
    } else if (same_data(kept->data, *data)) {
      continue;
    }
    kept->data = *data;
    to_write.emplace_back(*std::move(data), kept->path);
  }
  if (to_write.empty()) return;
  fs::create_directories(layers_of(own_.path), failed);
  writing_ = std::make_unique<Task>([list = std::move(to_write)](TaskControl&) -> Result<void> {
    for (const auto& [data, path] : list) KARYO_CHECK_OK(write_layer(data, path));
    return {};
  });
}

Result<void> Autosave::save(const Workspace& workspace) {
  if (session_.empty() || (writing_ && !writing_->finished())) return {};
  KARYO_CHECK_OK(finish());
  keep_layers(workspace);
  const bool nothing = workspace.layers().empty();
  const auto kept_in = [&](const Layer& layer) {
    for (const Kept& kept : kept_) {
      if (kept.written && kept.layer.lock().get() == &layer) return kept.path;
    }
    return fs::path();
  };
  std::string text = nothing ? std::string() : session_text(folder_, workspace, nullptr, kept_in);
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
