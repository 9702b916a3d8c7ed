#pragma once

/// Commands written down and done again: {"karyoscope_macro": 1, "steps": [{"command":
/// "file.open_files", "arguments": {"files": ["a.tif"]}}, ...]}. Paths are relative to the macro's
/// own folder where they lie beneath it.

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands.h"

namespace karyo {

struct MacroStep {
  std::string command;
  nlohmann::json arguments = nlohmann::json::object();
  friend bool operator==(const MacroStep&, const MacroStep&) = default;
};

/// Listens to a table while it records. What only opens a dialog, chooses a tool, helps, or
/// concerns the recorder itself is left out; the parts of a slider's drag become one step.
class MacroRecorder {
 public:
  explicit MacroRecorder(const CommandTable& commands) : commands_(commands) {}
  void start();
  void stop();
  bool recording() const { return recording_; }
  const std::vector<MacroStep>& steps() const { return steps_; }

  Signal<> changed;

 private:
  void note(const Command& command, const nlohmann::json& arguments);

  const CommandTable& commands_;
  bool recording_ = false;
  std::vector<MacroStep> steps_;
  Connection connection_;
};

/// Errors: kIo.
Result<void> write_macro(const std::filesystem::path& path, const std::vector<MacroStep>& steps);
/// With absolute paths. Errors: kNotFound, kIo, kBadFile.
Result<std::vector<MacroStep>> read_macro(const std::filesystem::path& path);

/// Runs the steps in order, `after_each` after each; stops at the first that fails, whose number
/// and command the error names.
Result<void> run_macro(const CommandTable& commands, const std::vector<MacroStep>& steps,
                       const std::function<Result<void>()>& after_each);

}  // namespace karyo
