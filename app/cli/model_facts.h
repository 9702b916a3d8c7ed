#pragma once

/// What `karyoscope info` says of a model folder.

#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/cli/console.h"
#include "core/base/result.h"

namespace karyo::cli {

/// A folder with config.json is one; whether it is sound, describing it finds out.
bool is_model_folder(const std::filesystem::path& path);

/// Says what the model is, and returns the same for programs. Errors: of ModelFolder::open.
Result<nlohmann::json> describe_model(const std::filesystem::path& path, Console& console);

}  // namespace karyo::cli
