#pragma once

/// What the program remembers from one run to the next, in one JSON file of the user's.

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/worker/far_place.h"
#include "core/base/result.h"

namespace karyo {

struct Settings {
  static constexpr std::size_t kMostRecent = 12;

  std::string theme = "system";                 ///< "system", "dark", "light", "high_contrast"
  std::string language = "system";              ///< "system", "en", "fi"
  int text_size = 100;                          ///< per cent, of texts and controls; 80 .. 300
  bool pen_pressure = true;                     ///< a pen's pressure changes the brush's size
  std::string key_preset = "karyoscope";        ///< as Keymap knows them
  std::map<std::string, std::string> own_keys;  ///< command → keys, beside the preset's
  worker::FarPlace compute;                     ///< where models learn; without a host: here
  std::vector<std::string> recent;              ///< paths, the newest first
  std::string window;                           ///< geometry and splitters, as the window wrote it

  friend bool operator==(const Settings&, const Settings&) = default;
  /// Puts a path to the front; at most kMostRecent stay.
  void note_recent(const std::string& path);
};

/// $XDG_CONFIG_HOME/karyoscope/settings.json, or under ~/.config; empty where there is no home.
std::filesystem::path settings_path();

/// Errors: kIo; kBadFile. A file that is not there gives the defaults.
Result<Settings> read_settings(const std::filesystem::path& path);
/// Atomically; makes the folder. Errors: kIo.
Result<void> write_settings(const std::filesystem::path& path, const Settings& settings);

/// The settings of a run, and where they are kept.
class SettingsStore {
 public:
  /// Keeps nothing beyond this run.
  SettingsStore() = default;
  /// A file that cannot be read is left alone and the defaults are used: `problem` says so.
  explicit SettingsStore(std::filesystem::path path);

  const Settings& get() const { return settings_; }
  const std::string& problem() const { return problem_; }
  /// Changes and writes them. Errors: kIo; the change holds for this run all the same.
  Result<void> change(const std::function<void(Settings&)>& how);

 private:
  std::filesystem::path path_;
  Settings settings_;
  std::string problem_;
};

}  // namespace karyo
