#pragma once

/// `karyoscope train …` becomes karyoscope-worker.

#include <CLI/CLI.hpp>
#include <string_view>

#include "core/base/result.h"

namespace karyo::worker {

bool is_worker_command(std::string_view name);

/// Replaces this process by the worker with the same arguments; comes back only with an error.
Error become_worker(char** argv);

/// Names the worker's commands in `karyoscope --help`.
void add_worker_commands_to_help(CLI::App& app);

}  // namespace karyo::worker
