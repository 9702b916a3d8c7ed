#include "app/keymap.h"

#include <algorithm>
#include <set>

namespace karyo {
namespace {

using Keys = std::map<std::string, std::string>;

/// What a preset does otherwise; an empty text takes the keys away.
const std::map<std::string, Keys>& differences() {
  static const std::map<std::string, Keys> all{
      {"karyoscope", {}},
      // napari 0.5: the defaults come from it, but for saving and closing.
      {"napari",
       {{"file.ask_save_layer", "Ctrl+S"},
        {"file.save_session", "Ctrl+Alt+S"},
        {"file.save_picture", "Alt+S"},
        {"layer.delete", "Ctrl+Backspace, Delete"},
        {"view.fullscreen", "Ctrl+F"}}},
      // ImageJ 1.54: menus' own keys.
      {"fiji",
       {{"help.search", "L, Ctrl+Shift+P"},
        {"tool.pick", "5"},
        {"labels.new_object", "N"},
        {"layer.auto_contrast", "Shift+C"},
        {"measure.current", "M"},
        {"view.quad", "Shift+H"},
        {"layer.split_channels", "Shift+Z"},
        {"file.ask_save_layer", "Ctrl+S"},
        {"file.save_session", "Ctrl+Alt+S"},
        {"go.next", "Right, >"},
        {"go.previous", "Left, <"},
        {"view.zoom_in", "+, Up"},
        {"view.zoom_out", "-, Down"}}}};
  return all;
}

}  // namespace

std::string key_place(const std::string& command) {
  return command.starts_with("walk.") ? "walk" : std::string();
}

std::vector<std::string> single_keys(const std::string& keys) {
  std::vector<std::string> single;
  std::size_t begin = 0;
  while (begin < keys.size()) {
    std::size_t end = keys.find(", ", begin);
    if (end == begin) end = keys.find(", ", begin + 1);  // the comma is a key as well
    if (end == std::string::npos) end = keys.size();
    single.push_back(keys.substr(begin, end - begin));
    begin = end + 2;
  }
  return single;
}

const std::vector<std::string>& Keymap::presets() {
  static const std::vector<std::string> names{"karyoscope", "napari", "fiji"};
  return names;
}

Keymap::Keymap(CommandTable& commands) : commands_(commands) {
  for (const Command& command : commands_.all()) standard_[command.id] = command.shortcut;
}

std::string Keymap::preset_keys(const std::string& command) const {
  const Keys& preset = differences().at(preset_);
  const auto other = preset.find(command);
  if (other != preset.end()) return other->second;
  const auto standard = standard_.find(command);
  if (standard == standard_.end()) return {};
  // A key that the preset gives to another command is not this one's any more.
  std::set<std::string> taken;
  for (const auto& [id, keys] : preset) {
    if (key_place(id) != key_place(command)) continue;
    for (const auto& key : single_keys(keys)) taken.insert(key);
  }
  std::string left;
  for (const auto& key : single_keys(standard->second)) {
    if (!taken.contains(key)) left += (left.empty() ? "" : ", ") + key;
  }
  return left;
}

void Keymap::apply() {
  for (const Command& command : commands_.all()) {
    const auto own = own_.find(command.id);
    commands_.set_shortcut(command.id, own != own_.end() ? own->second : preset_keys(command.id));
  }
  changed.emit();
}

Result<void> Keymap::use(const std::string& preset) {
  if (!differences().contains(preset)) {
    return Error(ErrorCode::kNotFound, "there are no keys \"" + preset + "\"",
                 "Use karyoscope, napari or fiji.");
  }
  restore(preset, own_);
  return {};
}

void Keymap::restore(const std::string& preset, const std::map<std::string, std::string>& own) {
  preset_ = differences().contains(preset) ? preset : "karyoscope";
  own_.clear();
  apply();
  for (const auto& [command, keys] : own) static_cast<void>(set(command, keys));
}

Result<void> Keymap::set(const std::string& command, const std::string& keys) {
  if (commands_.find(command) == nullptr) {
    return Error(ErrorCode::kNotFound, "there is no command \"" + command + "\"",
                 "Look for it with the command search.");
  }
  for (const std::string& key : single_keys(keys)) {
    const Command* taken = at_place(key, key_place(command));
    if (taken != nullptr && taken->id != command) {
      return Error(ErrorCode::kInvalidArgument, key + " already means \"" + taken->title + "\"",
                   "Choose another key, or take it from that command first.");
    }
  }
  own_[command] = keys;
  if (keys == preset_keys(command)) own_.erase(command);
  apply();
  return {};
}

void Keymap::reset(const std::string& command) {
  own_.erase(command);
  for (const std::string& key : single_keys(preset_keys(command))) {
    std::erase_if(own_, [&](const auto& entry) {
      if (key_place(entry.first) != key_place(command)) return false;
      const auto keys = single_keys(entry.second);
      return std::find(keys.begin(), keys.end(), key) != keys.end();
    });
  }
  apply();
}

const Command* Keymap::command_of(const std::string& key, const std::string& place) const {
  const Command* there = place.empty() ? nullptr : at_place(key, place);
  return there != nullptr ? there : at_place(key, {});
}

const Command* Keymap::at_place(const std::string& key, const std::string& place) const {
  for (const Command& command : commands_.all()) {
    if (key_place(command.id) != place) continue;
    const auto keys = single_keys(command.shortcut);
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) return &command;
  }
  return nullptr;
}

}  // namespace karyo
