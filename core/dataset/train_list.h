#pragma once

/// Which images of a folder are trained on, as a file that may change while a training goes on.
///
/// One image a line: its name (DatasetPair::name), and after a tab "validation", or how often it
/// counts among the others, from 1 to 100. Without either it counts once.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace karyo {

struct TrainImage {
  std::string name;
  std::int64_t times = 1;
  bool validation = false;  ///< judges, and is never trained on
  friend bool operator==(const TrainImage&, const TrainImage&) = default;
};

/// Errors: kNotFound, kIo; kInvalidArgument for a file that names none, a line of another form, or
/// a name that comes twice.
Result<std::vector<TrainImage>> read_train_list(const std::filesystem::path& file);

std::string format_train_list(std::span<const TrainImage> images);

std::vector<std::string> names_of(std::span<const TrainImage> images);

}  // namespace karyo
