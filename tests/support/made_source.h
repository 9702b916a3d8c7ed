#pragma once

/// A pyramid made up in memory, for tests of what reads images chunk by chunk.

#include <atomic>
#include <cstring>
#include <memory>
#include <utility>

#include "core/image/pixel_source.h"

namespace karyo::test {

/// uint16 voxels whose value follows from their place, so that any box can be checked. Each level
/// takes every second voxel of the one before (along axes longer than one chunk).
class MadeSource final : public PixelSource {
 public:
  MadeSource(VolumeShape shape, Index3 chunk, int levels)
      : PixelSource(make_info(shape, chunk, levels)) {}

  static std::uint16_t value(std::int64_t t, std::int64_t c, const Index3& p) {
    return static_cast<std::uint16_t>(p.z * 4099 + p.y * 67 + p.x * 3 + c * 7919 + t * 104729);
  }
  /// The voxel of level 0 that a voxel of a level shows.
  Index3 full(int level, const Index3& p) const {
    const PixelLevel& of = info().levels[static_cast<std::size_t>(level)];
    return {p.z * static_cast<std::int64_t>(of.scale_z),
            p.y * static_cast<std::int64_t>(of.scale_y),
            p.x * static_cast<std::int64_t>(of.scale_x)};
  }

  Result<void> read_chunk(const ChunkKey& key, std::byte* to) const override {
    ++reads;
    if (key == fails) {
      return Error(ErrorCode::kBadFile, "the chunk is broken", "Copy the file again.");
    }
    const Box3 box = info().levels[static_cast<std::size_t>(key.level)].box_of_chunk(key.number);
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x, to += 2) {
          const std::uint16_t v = value(key.t, key.c, full(key.level, {z, y, x}));
          std::memcpy(to, &v, 2);
        }
      }
    }
    return {};
  }

  mutable std::atomic<int> reads{0};
  ChunkKey fails{-1, 0, 0, {}};

 private:
  static PixelInfo make_info(VolumeShape shape, Index3 chunk, int levels) {
    PixelInfo info;
    info.type = VoxelType::kUInt16;
    PixelLevel level{shape, 1, 1, 1, chunk};
    for (int i = 0; i < levels; ++i) {
      info.levels.push_back(level);
      const auto halve = [](std::int64_t& extent, std::int64_t of_chunk, double& scale) {
        if (extent <= of_chunk) return;
        extent = (extent + 1) / 2;
        scale *= 2;
      };
      halve(level.shape.z, chunk.z, level.scale_z);
      halve(level.shape.y, chunk.y, level.scale_y);
      halve(level.shape.x, chunk.x, level.scale_x);
    }
    return info;
  }
};

}  // namespace karyo::test
