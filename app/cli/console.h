#pragma once

/// What a command says: results on stdout, progress and errors on stderr (docs in README.md).

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace karyo::cli {

/// Options every command has.
struct CommonOptions {
  bool json = false;              ///< results as one JSON object on stdout
  bool quiet = false;             ///< no progress
  std::string progress = "bar";   ///< "bar" or "json" (one object a line on stderr)
  std::string device = "auto";    ///< auto, cpu, cuda, cuda:K
  std::optional<std::uint64_t> seed;  ///< repeats a run on the same machine; absent: the default
  int threads = 0;                ///< 0: all cores
};

/// One thread at a time.
class Console {
 public:
  explicit Console(const CommonOptions& options);

  const CommonOptions& options() const { return options_; }

  /// A line for people on stdout; left out with --json.
  void say(const std::string& line);
  /// The one JSON object of --json; left out without it.
  void result(const nlohmann::json& object);
  /// A line for people on stderr, even with --json; left out with --quiet.
  void note(const std::string& line);

  /// A step of `total`: a bar on a terminal (item, rate, time left), `event` as JSON with
  /// --progress json. On a stderr that is no terminal the bar becomes one line in ten percent.
  void progress(const std::string& item, std::int64_t done, std::int64_t total,
                const nlohmann::json& event);
  /// An event without a bar position; only printed with --progress json.
  void event(const nlohmann::json& event);
  /// Ends the bar's line.
  void end_progress();

 private:
  CommonOptions options_;
  bool terminal_;
  bool bar_open_ = false;
  int last_tenth_ = -1;
  std::string bar_item_;
  std::chrono::steady_clock::time_point bar_start_;
};

/// "1 object", "3 objects".
std::string counted(std::int64_t count, const std::string& thing);

/// "error: ..." and "fix: ..." on stderr; the exit status: 130 when cancelled, 2 for wrong usage,
/// else 1.
int report_error(const Error& error);

/// True once Ctrl-C was pressed (SIGINT or SIGTERM); the handler is installed by Cli::run.
bool interrupted();
void install_interrupt_handler();

}  // namespace karyo::cli
