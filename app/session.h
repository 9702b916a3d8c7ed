#pragma once

/// What is open and how it is looked at, in a file: *.karyoscope.json, described in
/// docs/session_format.md. Pixels stay in their own files.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/workspace.h"

namespace karyo {

inline constexpr const char* kSessionEnding = ".karyoscope.json";
bool is_session(const std::filesystem::path& path);

/// Where a layer that is in no file is kept for the session; empty: nowhere.
using KeptIn = std::function<std::filesystem::path(const Layer&)>;

/// What save_session writes to a file in `folder`.
std::string session_text(const std::filesystem::path& folder, const Workspace& workspace,
                         std::vector<std::string>* left_out = nullptr, const KeptIn& kept_in = {});
/// Writes atomically, with paths relative to the file where that is possible. Layers that have no
/// file are left out: `left_out`, where given, gets their names. Errors: kIo.
Result<void> save_session(const std::filesystem::path& path, const Workspace& workspace,
                          std::vector<std::string>* left_out = nullptr);

/// Closes what is open and opens the session in the background; a file that is missing or broken is
/// reported, the others are opened. Errors: kNotFound, kIo, kBadFile.
Result<void> open_session(const std::filesystem::path& path, Workspace& workspace);

}  // namespace karyo
