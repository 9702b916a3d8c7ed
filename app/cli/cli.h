#pragma once

/// The command line of both executables: subcommands, the options they share, exit statuses.
///
/// Exit status: 0 done, 1 the work failed, 2 wrong usage, 130 stopped with Ctrl-C.

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "app/cli/console.h"

namespace karyo::cli {

class Cli {
 public:
  using Body = std::function<Result<void>(Console&)>;

  Cli(const std::string& name, const std::string& description);

  /// A subcommand with the common options; `body` runs when it was chosen and parsed well.
  /// Option variables live in what `body` captures (a shared_ptr to an options struct).
  CLI::App* add_command(const std::string& name, const std::string& help, Body body,
                        CLI::App* parent = nullptr);

  /// The top level, for options of no subcommand.
  CLI::App& app() { return app_; }
  /// What runs without a subcommand; without one the help is shown.
  void set_default(Body body) { default_ = std::move(body); }

  int run(int argc, char** argv);

 private:
  CLI::App app_;
  CommonOptions common_;
  Body chosen_;
  Body default_;
};

}  // namespace karyo::cli
