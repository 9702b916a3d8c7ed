#pragma once

/// Finds the sentences that code without Qt can say to a person: what and fix of its errors and
/// findings, what its jobs do.

#include <filesystem>
#include <map>
#include <string>

namespace karyo::test {

/// Pattern, "cannot write %1: %2", to a file that has it. Reads the sources of these folders.
std::map<std::string, std::string> messages_of_code(const std::filesystem::path& root);

}  // namespace karyo::test
