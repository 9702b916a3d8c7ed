#include "app/macro.h"

#include <algorithm>
#include <array>

#include "core/base/atomic_file.h"
#include "models/model.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{16} << 20;
constexpr std::size_t kMostSteps = 100000;
/// Arguments that name files and folders.
constexpr std::array<const char*, 9> kPathArguments{
    "path", "files", "data", "model", "pretrained", "before", "input", "output", "folder"};

/// Applies `change` to each path among the arguments.
template <typename F>
json with_paths(json arguments, F&& change) {
  for (const char* name : kPathArguments) {
    if (!arguments.contains(name)) continue;
    json& value = arguments[name];
    if (value == kNoRestoration) continue;  // a word, no file
    if (value.is_string() && value.get_ref<const std::string&>().empty()) continue;
    if (value.is_string()) value = change(fs::path(value.get<std::string>())).string();
    if (!value.is_array()) continue;
    for (json& entry : value) {
      if (entry.is_string()) entry = change(fs::path(entry.get<std::string>())).string();
    }
  }
  return arguments;
}

/// The same command on the same thing: a later one makes the earlier one needless.
bool replaces(const MacroStep& later, const MacroStep& earlier) {
  static constexpr std::array<const char*, 12> kSettings{
      "layer.set",    "layer.set_channel",  "view.cursor",     "view.time",
      "view.slab",    "view.layout",        "view.crop3d",     "view.clip3d",
      "view.slice3d", "view.opacity_curve", "view.attenuated", "view.isosurface"};
  if (later.command != earlier.command ||
      std::find(kSettings.begin(), kSettings.end(), later.command) == kSettings.end() ||
      later.arguments.size() != earlier.arguments.size()) {
    return false;
  }
  for (const auto& [name, value] : later.arguments.items()) {
    if (!earlier.arguments.contains(name)) return false;
    const bool names_it = name == "layer" || name == "channel";
    if (names_it && earlier.arguments[name] != value) return false;
  }
  return true;
}

Error no_macro(const fs::path& path, const std::string& what) {
  return {ErrorCode::kBadFile, path.string() + ": " + what,
          "A macro is JSON as Macro › Save writes it: {\"karyoscope_macro\": 1, \"steps\": "
          "[{\"command\": ..., \"arguments\": {...}}]}."};
}

}  // namespace

void MacroRecorder::start() {
  steps_.clear();
  recording_ = true;
  connection_ = commands_.ran.connect(
      [this](const Command& command, const json& arguments) { note(command, arguments); });
  changed.emit();
}

void MacroRecorder::stop() {
  recording_ = false;
  connection_ = {};
  changed.emit();
}

void MacroRecorder::note(const Command& command, const json& arguments) {
  // A tool that is chosen does nothing yet, and there is none without a window.
  for (const char* kind : {"macro.", "help.", "tool."}) {
    if (command.asks || command.id.starts_with(kind)) return;
  }
  MacroStep step{command.id, arguments};
  if (!steps_.empty() && replaces(step, steps_.back())) {
    steps_.back() = std::move(step);
  } else if (steps_.size() < kMostSteps) {
    steps_.push_back(std::move(step));
  }
  changed.emit();
}

Result<void> write_macro(const fs::path& path, const std::vector<MacroStep>& steps) {
  std::error_code ignored;
  const fs::path folder = fs::absolute(path, ignored).parent_path();
  json list = json::array();
  for (const MacroStep& step : steps) {
    json entry{{"command", step.command}};
    if (!step.arguments.empty()) {
      entry["arguments"] = with_paths(step.arguments, [&](const fs::path& file) {
        const fs::path relative = fs::absolute(file, ignored).lexically_relative(folder);
        const bool beneath = !relative.empty() && *relative.begin() != "..";
        return beneath ? relative : file;
      });
    }
    list.push_back(std::move(entry));
  }
  const json macro{{"karyoscope_macro", 1}, {"steps", list}};
  return write_file_atomically(path,
                               macro.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

Result<std::vector<MacroStep>> read_macro(const fs::path& path) {
  KARYO_TRY(const std::string text, read_file(path, kMostBytes));
  const json macro = json::parse(text, nullptr, false);
  if (macro.is_discarded()) return no_macro(path, "this is no JSON");
  if (!macro.is_object() || !macro.contains("karyoscope_macro") || !macro.contains("steps") ||
      !macro["steps"].is_array()) {
    return no_macro(path, "this is no macro");
  }
  if (macro["karyoscope_macro"] != 1) return no_macro(path, "it was written by another version");
  if (macro["steps"].size() > kMostSteps) return no_macro(path, "it has too many steps");
  std::error_code ignored;
  const fs::path folder = fs::absolute(path, ignored).parent_path();
  std::vector<MacroStep> steps;
  for (const json& entry : macro["steps"]) {
    const std::string number = "step " + std::to_string(steps.size() + 1);
    if (!entry.is_object() || !entry.contains("command") || !entry["command"].is_string()) {
      return no_macro(path, number + " names no command");
    }
    const json arguments = entry.value("arguments", json::object());
    if (!arguments.is_object()) return no_macro(path, number + "'s arguments are no object");
    steps.push_back(
        {entry["command"].get<std::string>(), with_paths(arguments, [&](const fs::path& file) {
           return file.is_absolute() ? file : (folder / file).lexically_normal();
         })});
  }
  return steps;
}

Result<void> run_macro(const CommandTable& commands, const std::vector<MacroStep>& steps,
                       const std::function<Result<void>()>& after_each) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    auto outcome = commands.run(steps[i].command, steps[i].arguments);
    if (outcome) outcome = after_each();
    if (!outcome) {
      return outcome.error().in("step " + std::to_string(i + 1) + " (" + steps[i].command + ")");
    }
  }
  return {};
}

}  // namespace karyo
