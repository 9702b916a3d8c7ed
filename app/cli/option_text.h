#pragma once

/// Values that several commands take in one form.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/image/axes.h"

namespace karyo::cli {

/// "z,y,x", or "y,x" with z = 1: whole numbers from 1. Nothing for any other text.
std::optional<Index3> parse_zyx(const std::string& text);

/// Whether text ends like this (".zip") in upper or lower case.
bool has_ending(const std::string& path, const std::string& ending);

/// Originals are never overwritten: an error when `output` is one of the files that are read, under
/// this or another name.
Result<void> check_no_input(const std::filesystem::path& output,
                            std::initializer_list<std::filesystem::path> inputs);

/// Numbers from `least` on. CLI11's own check prints the largest double with all its digits.
CLI::Validator at_least(double least);

}  // namespace karyo::cli
