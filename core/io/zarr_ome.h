#pragma once

/// What OME-Zarr says about an image: axes, levels, spacing, channels.

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/image/volume.h"

namespace karyo::io {

struct OmeZarr {
  struct Level {
    std::string path;           ///< of the array, inside the image's folder
    std::vector<double> scale;  ///< one an axis; empty when not said
  };
  std::vector<Level> levels;          ///< at least one
  std::string axes;                   ///< letters of t c z y x, as stored; empty: not said
  VoxelGrid grid;                     ///< units; spacing is in the levels' scale
  std::vector<ChannelInfo> channels;  ///< may be empty
  bool labels = false;
  std::vector<std::string> notes;
};

/// A group's attributes: .zattrs, or what zarr.json holds for OME. Empty object when there are
/// none.
Result<nlohmann::json> zarr_attributes(const std::filesystem::path& group);
/// From attributes that have "multiscales". Errors: kBadFile, kUnsupported.
Result<OmeZarr> parse_ome_zarr(const nlohmann::json& attributes);

}  // namespace karyo::io
