#include "app/cli/cli.h"

#include <exception>
#include <iostream>
#include <new>
#include <utility>

namespace karyo::cli {
namespace {

/// What people type; the worker's commands are called through it as well.
constexpr const char* kProgram = "karyoscope";

}  // namespace

Cli::Cli(const std::string& name, const std::string& description) : app_(description, name) {
  app_.set_version_flag("--version", std::string("karyoscope ") + KARYOSCOPE_VERSION);
  app_.require_subcommand(0, 1);
  app_.option_defaults()->always_capture_default();
}

CLI::App* Cli::add_command(const std::string& name, const std::string& help, Body body,
                           CLI::App* parent) {
  CLI::App* command = (parent != nullptr ? parent : &app_)->add_subcommand(name, help);
  command->option_defaults()->always_capture_default();
  const std::string group = "Common";
  command->add_flag("--json", common_.json, "Print one JSON object instead of text")->group(group);
  command->add_flag("--quiet", common_.quiet, "No progress")->group(group);
  command->add_option("--progress", common_.progress, "How to show progress on stderr")
      ->check(CLI::IsMember({"bar", "json"}))->group(group);
  command->add_option("--device", common_.device, "auto, cpu, cuda or cuda:K")->group(group);
  command->add_option("--seed", common_.seed, "Repeats a run on the same machine (default 42)")->group(group);
  command->add_option("--threads", common_.threads, "Threads to use; 0: all cores")
      ->check(CLI::Range(0, 1024))->group(group);
  command->callback([this, body = std::move(body)] { chosen_ = body; });
  return command;
}

int Cli::run(int argc, char** argv) {
  install_interrupt_handler();
  try {
    app_.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app_.get_subcommands();
    std::cout << (chosen.empty() ? app_.help() : chosen.front()->help(kProgram));
    return 0;
  } catch (const CLI::Success& done) {  // --version, help of a nested command
    return app_.exit(done);
  } catch (const CLI::ParseError& wrong) {
    std::string command = kProgram;
    const auto* level = &app_;
    while (!level->get_subcommands().empty()) {
      level = level->get_subcommands().front();
      command += " " + level->get_name();
    }
    return report_error({ErrorCode::kInvalidArgument, wrong.what(),
                         "See `" + command + " --help`."});
  }
  if (common_.threads > 0) {
    setenv("KARYOSCOPE_THREADS", std::to_string(common_.threads).c_str(), 1);
  }
  const Body& body = chosen_ ? chosen_ : default_;
  if (!body) {
    std::cout << app_.help();
    return 0;
  }
  Console console(common_);
  try {
    const auto outcome = body(console);
    console.end_progress();
    return outcome ? 0 : report_error(outcome.error());
  } catch (const std::bad_alloc&) {
    console.end_progress();
    return report_error({ErrorCode::kTooLarge, "there is not enough memory for this",
                         "Close other programs or work on a smaller part of the data."});
  } catch (const std::exception& e) {
    console.end_progress();
    // LibTorch's messages go on with a trace of the stack.
    const std::string what = e.what();
    return report_error({ErrorCode::kInternal, what.substr(0, what.find('\n')),
                         "Please report this as a defect."});
  }
}

}  // namespace karyo::cli
