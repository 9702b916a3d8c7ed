#pragma once

/// Bytes as one zstd frame, and back. Part of journal_codec.cpp.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace karyo {

std::string pack_frame(std::string_view raw);
/// What a frame holds, if that is no more than `most` bytes.
std::optional<std::string> unpack_frame(std::string_view bytes, std::size_t most);
/// Whether the bytes begin as a frame does.
bool is_frame(std::string_view bytes);

}  // namespace karyo
