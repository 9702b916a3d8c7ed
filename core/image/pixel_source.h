#pragma once

/// An image that stays where it is: its voxels are read chunk by chunk, at the level of detail that
/// is asked for. What a pyramid on disk (OME-Zarr) and a stack larger than memory have in common.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/image/volume.h"

namespace karyo {

/// One level of detail. Level 0 is the image itself; each further one is coarser.
struct PixelLevel {
  VolumeShape shape;
  /// Voxels of level 0 that one voxel of this level spans, along z, y, x; at least 1 each. The
  /// levels share their corner, as layers of different resolution do (core/image/world.h).
  double scale_z = 1, scale_y = 1, scale_x = 1;
  Index3 chunk{1, 1, 1};  ///< voxels of a whole chunk along z, y, x; t and c are 1

  /// Chunks along z, y, x.
  Index3 chunk_count() const {
    return {(shape.z + chunk.z - 1) / chunk.z, (shape.y + chunk.y - 1) / chunk.y,
            (shape.x + chunk.x - 1) / chunk.x};
  }
  /// The voxels of a chunk, clipped to the level's shape.
  Box3 box_of_chunk(const Index3& number) const {
    const Index3 begin{number.z * chunk.z, number.y * chunk.y, number.x * chunk.x};
    return Box3{begin, begin + chunk}.clipped_to(Box3::of_shape(shape.zyx()));
  }
};

/// Names one chunk: `number` counts chunks along z, y, x.
struct ChunkKey {
  int level = 0;
  std::int64_t t = 0, c = 0;
  Index3 number;
  friend bool operator==(const ChunkKey&, const ChunkKey&) = default;
};

struct PixelInfo {
  VoxelType type = VoxelType::kUInt8;
  bool rgb = false;                   ///< the channels are red, green, blue (and alpha)
  VoxelGrid grid;                     ///< of level 0
  std::vector<ChannelInfo> channels;  ///< empty, or one a channel
  std::vector<PixelLevel> levels;     ///< at least one; all with the same t and c
  std::vector<std::string> notes;     ///< what was left out, for people
  bool labels = false;                ///< the file says that values are object numbers

  const VolumeShape& shape() const { return levels.front().shape; }
  /// The grid of a level: the image's, with the spacing its voxels have.
  VoxelGrid grid_of(int level) const {
    const PixelLevel& of = levels[static_cast<std::size_t>(level)];
    VoxelGrid result = grid;
    result.spacing_z *= of.scale_z;
    result.spacing_y *= of.scale_y;
    result.spacing_x *= of.scale_x;
    return result;
  }
};

class PixelSource {
 public:
  virtual ~PixelSource() = default;
  const PixelInfo& info() const { return info_; }

  /// The chunk's voxels, `levels[level].box_of_chunk(number)` of them, rows without gaps, in
  /// info().type. `key` lies within the image. A chunk that the file leaves out is filled with its
  /// fill value. Any number of threads may read at once.
  /// Errors: kBadFile, kIo, kUnsupported.
  virtual Result<void> read_chunk(const ChunkKey& key, std::byte* to) const = 0;

 protected:
  explicit PixelSource(PixelInfo info) : info_(std::move(info)) {}

 private:
  PixelInfo info_;
};

}  // namespace karyo
