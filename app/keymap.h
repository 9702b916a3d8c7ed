#pragma once

/// Which keys start which command: a preset, and a person's own changes to it.
///
/// The commands' own keys are the preset "karyoscope"; the others say what they do otherwise, as
/// people who come from napari or Fiji have it in their fingers. What is in effect stands in
/// Command::shortcut, where menus, the cheat sheet and the search read it.
///
/// Some commands have a place of their own, such as going through a model's suggestions: while one
/// is there, their keys go before all others; elsewhere they mean nothing. So a key may mean one
/// thing there and another everywhere else.

#include <map>
#include <string>
#include <vector>

#include "app/commands.h"

namespace karyo {

class Keymap {
 public:
  /// "karyoscope", "napari", "fiji".
  static const std::vector<std::string>& presets();

  /// Takes the commands' keys as they are for the preset "karyoscope". `commands` must outlive it,
  /// and have all its commands.
  explicit Keymap(CommandTable& commands);

  const std::string& preset() const { return preset_; }
  /// Own changes stay, but those whose keys the new preset gives to another command.
  /// Errors: kNotFound.
  Result<void> use(const std::string& preset);

  /// Keys of a command: "Ctrl+R", several with ", " between, or empty. Errors: kNotFound;
  /// kInvalidArgument when another command has one of them (it is named).
  Result<void> set(const std::string& command, const std::string& keys);
  /// The preset's keys again; takes them from a command that was given them.
  void reset(const std::string& command);
  const std::map<std::string, std::string>& own() const { return own_; }
  /// Brings back what settings kept. Entries that no longer fit are left out.
  void restore(const std::string& preset, const std::map<std::string, std::string>& own);

  /// The command that a key starts at a place; null when there is none.
  const Command* command_of(const std::string& key, const std::string& place = {}) const;

  Signal<> changed;

 private:
  std::string preset_keys(const std::string& command) const;
  const Command* at_place(const std::string& key, const std::string& place) const;
  void apply();

  CommandTable& commands_;
  std::map<std::string, std::string> standard_;  // the commands' own keys
  std::string preset_ = "karyoscope";
  std::map<std::string, std::string> own_;
};

/// Where a command has its keys: "walk", or empty for everywhere.
std::string key_place(const std::string& command);

/// The single keys in "F1, ?".
std::vector<std::string> single_keys(const std::string& keys);

}  // namespace karyo
