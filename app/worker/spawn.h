#pragma once

/// Starts karyoscope-worker as a process of its own, after those who draw: with less priority.

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/base/result.h"

namespace karyo::worker {

/// Runs `karyoscope-worker ARGUMENTS…` in a session of its own, so that a terminal's Ctrl-C is not
/// for it; both of its outputs go to the file descriptor `output`. The caller waits for its end.
/// Errors: kNotFound (no worker), kIo.
Result<pid_t> spawn_worker(std::vector<std::string> arguments, int output);

}  // namespace karyo::worker
