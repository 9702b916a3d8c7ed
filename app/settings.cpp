#include "app/settings.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/atomic_file.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 20;

}  // namespace

void Settings::note_recent(const std::string& path) {
  std::erase(recent, path);
  recent.insert(recent.begin(), path);
  if (recent.size() > kMostRecent) recent.resize(kMostRecent);
}

fs::path settings_path() {
  if (const char* folder = std::getenv("XDG_CONFIG_HOME"); folder != nullptr && *folder != '\0') {
    return fs::path(folder) / "karyoscope/settings.json";
  }
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? fs::path(home) / ".config/karyoscope/settings.json"
                                          : fs::path();
}

Result<Settings> read_settings(const fs::path& path) {
  Settings settings;
  std::error_code failed;
  if (!fs::exists(path, failed)) return settings;
  KARYO_TRY(const std::string text, read_file(path, kMostBytes));
  try {
    const json file = json::parse(text);
    if (file.at("karyoscope_settings").get<int>() > kVersion) {
      return Error(ErrorCode::kUnsupported, path.string() + " is a newer version's",
                   "Move it away to begin with new settings.");
    }
    settings.theme = file.value("theme", settings.theme);
    settings.language = file.value("language", settings.language);
    settings.text_size = std::clamp(file.value("text_size", settings.text_size), 80, 300);
    settings.pen_pressure = file.value("pen_pressure", settings.pen_pressure);
    settings.key_preset = file.value("key_preset", settings.key_preset);
    settings.own_keys = file.value("own_keys", settings.own_keys);
    const json compute = file.value("compute", json::object());
    settings.compute.host = compute.value("host", settings.compute.host);
    settings.compute.command = compute.value("command", settings.compute.command);
    settings.compute.ssh = compute.value("ssh", settings.compute.ssh);
    settings.recent = file.value("recent", settings.recent);
    settings.window = file.value("window", settings.window);
  } catch (const json::exception& broken) {
    return Error(ErrorCode::kBadFile, path.string() + ": " + broken.what(),
                 "Mend it, or move it away to begin with new settings.");
  }
  if (settings.recent.size() > Settings::kMostRecent) {
    settings.recent.resize(Settings::kMostRecent);
  }
  return settings;
}

Result<void> write_settings(const fs::path& path, const Settings& settings) {
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  const json file{{"karyoscope_settings", kVersion},
                  {"theme", settings.theme},
                  {"language", settings.language},
                  {"text_size", settings.text_size},
                  {"pen_pressure", settings.pen_pressure},
                  {"key_preset", settings.key_preset},
                  {"own_keys", settings.own_keys},
                  {"compute",
                   {{"host", settings.compute.host},
                    {"command", settings.compute.command},
                    {"ssh", settings.compute.ssh}}},
                  {"recent", settings.recent},
                  {"window", settings.window}};
  return write_file_atomically(path,
                               file.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

SettingsStore::SettingsStore(fs::path path) : path_(std::move(path)) {
  if (path_.empty()) return;
  auto read = read_settings(path_);
  if (read) {
    settings_ = *std::move(read);
  } else {
    problem_ = read.error().what + ". " + read.error().fix;
    path_.clear();  // or the next change would replace what a person may want to mend
  }
}

Result<void> SettingsStore::change(const std::function<void(Settings&)>& how) {
  Settings changed = settings_;
  how(changed);
  if (changed == settings_) return {};
  settings_ = std::move(changed);
  return path_.empty() ? Result<void>() : write_settings(path_, settings_);
}

}  // namespace karyo
