#pragma once

/// A command of karyoscope-worker, run to its end by a job of the window.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"

namespace karyo::worker {

/// Runs `karyoscope-worker ARGUMENTS… --progress json`; `heard` gets each event. A wish to stop
/// reaches it as Ctrl-C does, and what is done is kept. Waits for the end.
/// Errors: those that the command says; kNotFound (no worker), kIo (it ended without a word), what
/// cancelled_error() gives.
Result<void> run_once(std::vector<std::string> arguments, TaskControl& control,
                      const std::function<void(const nlohmann::json&)>& heard);

/// An image that `predict` is done with.
struct FileDone {
  std::filesystem::path image, result;
  bool labels = false;  ///< the result's kind; else a restored image
  std::int64_t objects = 0, unsure = 0;  ///< of labels
};

/// `predict ARGUMENTS…` as above, with its progress as the job's.
Result<void> predict_files(std::vector<std::string> arguments, TaskControl& control,
                           const std::function<void(const FileDone&)>& done);

}  // namespace karyo::worker
