#pragma once

/// Finds and starts karyoscope-worker, the executable that links LibTorch.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string_view>

#include "core/base/result.h"

namespace karyo::worker {

bool is_worker_command(std::string_view name);

/// Beside this executable, else in PATH. Errors: kNotFound.
Result<std::filesystem::path> worker_executable();

/// Replaces this process by the worker with the same arguments; comes back only with an error.
Error become_worker(char** argv);

/// Names the worker's commands in `karyoscope --help`.
void add_worker_commands_to_help(CLI::App& app);

}  // namespace karyo::worker
