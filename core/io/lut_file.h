#pragma once

/// ImageJ's colour tables (.lut): 768 bytes (all reds, greens, blues), the same behind NIH Image's
/// 32-byte header, or text with a line for each of 256 entries, "red green blue" or "index red
/// green blue".

#include <filesystem>

#include "core/layers/colormaps.h"

namespace karyo {

/// Named after the file. Errors: kNotFound, kIo, kBadFile for any other content.
Result<Colormap> read_lut(const std::filesystem::path& path);

}  // namespace karyo
