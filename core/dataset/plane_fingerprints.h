#pragma once

/// Tells whether two files show the same planes, whatever their format, type, compression or name:
/// how a test image that a model was trained on is found out.
///
/// A plane's fingerprint is a hash of its extents and its values as float32, so a copy saved as
/// another type of whole numbers has the same one. It tells copies, not crops, turned or rescaled
/// ones. Source  the mixing steps are those of MurmurHash3's 64-bit finalizer (Appleby, public
/// domain).

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/image/volume.h"

namespace karyo {

/// Of each plane of a file or volume, frames slowest, then slices, then channels. A plane of one
/// value everywhere says nothing and has 0.
using PlaneFingerprints = std::vector<std::uint64_t>;

PlaneFingerprints plane_fingerprints(const Volume& volume);
/// One pass, plane by plane. Errors: as visit_planes.
Result<PlaneFingerprints> plane_fingerprints(const std::filesystem::path& file);

/// As 16 hexadecimal digits, and back; text that is none gives 0.
std::string fingerprint_text(std::uint64_t fingerprint);
std::uint64_t fingerprint_from(const std::string& text);

}  // namespace karyo
