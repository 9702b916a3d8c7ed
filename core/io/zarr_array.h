#pragma once

/// One array of a Zarr store in a local folder, v2 (.zarray) or v3 (zarr.json): its layout, and its
/// chunks one by one. Sources: Zarr v2 and v3 specifications, the sharding codec (ZEP 2).

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/volume.h"
#include "core/io/byte_source.h"
#include "core/io/zarr_codecs.h"

namespace karyo::io {

using ZarrIndex = std::vector<std::int64_t>;  ///< one number an axis, in the array's order

struct ZarrArray {
  std::filesystem::path folder;
  ZarrIndex shape;
  ZarrIndex chunk;  ///< of what is read at once: of an inner chunk where chunks lie in shards
  VoxelType type = VoxelType::kUInt8;   ///< in memory; 64-bit whole numbers become float64
  std::vector<std::string> axis_names;  ///< v3's dimension_names; may be empty

  /// The chunk's voxels in C order, chunk.size() of each axis also at the array's end; those of a
  /// missing chunk have the fill value. Any number of threads. Errors: kBadFile, kIo.
  Result<std::vector<std::byte>> read(const ZarrIndex& number) const;
  /// The same out of the file that holds the chunk: its own, or its shard. Errors: kBadFile, kIo.
  Result<std::vector<std::byte>> read_from(const ByteSource& file, const ZarrIndex& number) const;
  std::int64_t chunk_voxels() const;

  struct Stored {
    std::size_t item_bytes = 1;
    bool swapped = false;            ///< bytes lie in the other order than this machine's
    char kind = 'u';                 ///< u, i, f, b (bool)
    std::vector<std::size_t> order;  ///< array axes from slowest to fastest as stored
    std::vector<ZarrCodec> codecs;
  };
  struct Shard {
    ZarrIndex inner;  ///< inner chunks an axis
    bool index_at_end = true;
    bool index_has_checksum = false;
  };
  Stored stored;
  std::optional<Shard> shard;
  std::string prefix;  ///< of a chunk's name: "", "c/" or "c."
  char separator = '.';
  double fill = 0;
};

/// Whether the folder holds an array. Errors of read_zarr_array: kNotFound, kBadFile, kUnsupported,
/// kTooLarge.
bool holds_zarr_array(const std::filesystem::path& folder);
Result<ZarrArray> read_zarr_array(const std::filesystem::path& folder);
/// From what .zarray (v2) or zarr.json (v3) holds; the folder is left empty.
Result<ZarrArray> parse_zarr_array(const nlohmann::json& meta, bool v2);

/// A small JSON file of a store: an object. Errors: kNotFound, kIo, kBadFile.
Result<nlohmann::json> read_zarr_json(const std::filesystem::path& path);
Result<nlohmann::json> parse_zarr_json(std::string_view text);

}  // namespace karyo::io
