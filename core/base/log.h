#pragma once

/// Levelled messages to a sink that the program chooses; nothing is printed by default.

#include <functional>
#include <string>

namespace karyo {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// Passed by reference to whatever has something to say. Not thread-safe unless its sink is.
class Log {
 public:
  using Sink = std::function<void(LogLevel, const std::string&)>;

  Log() = default;
  explicit Log(Sink sink) : sink_(std::move(sink)) {}

  void debug(const std::string& text) const { write(LogLevel::kDebug, text); }
  void info(const std::string& text) const { write(LogLevel::kInfo, text); }
  void warning(const std::string& text) const { write(LogLevel::kWarning, text); }
  void error(const std::string& text) const { write(LogLevel::kError, text); }

 private:
  void write(LogLevel level, const std::string& text) const;
  Sink sink_;
};

}  // namespace karyo
