#pragma once

/// From what files call their axes to T, C, Z, Y, X.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/image/voxel_grid.h"

namespace karyo::io {

struct NamedAxis {
  std::string name;
  std::string type;  ///< OME-Zarr's: "space", "time", "channel"; "" or others: not said
};

struct PlacedAxes {
  std::string letters;  ///< one of t c z y x for each axis, in the file's order
  AxisNames names;      ///< of those that are called otherwise
};

/// Letters and common words ("depth", "time") say their place; of the others the last become x and
/// y where these are free; what is left takes z, if it is of space, else the first free of t, z, c.
/// Errors: kBadFile when a place is named twice or y or x is missing, kUnsupported when there is no
/// room for an axis.
Result<PlacedAxes> place_axes(const std::vector<NamedAxis>& axes);

/// tifffile's letters, S (samples) among them, with its words for A (angle), E (lambda) and their
/// like; S stays in `letters`. Empty for letters that say nothing (Q, I) and what finds no place.
std::optional<PlacedAxes> place_tifffile_axes(std::string_view letters);

/// Short valid UTF-8 without control characters, whatever the file holds.
std::string axis_name_from(std::string_view text);

}  // namespace karyo::io
