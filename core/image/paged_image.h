#pragma once

/// An image that stays in its file, as views see it: boxes of voxels at the level of detail they
/// can show, from what is in memory already; what is missing is asked for and shown coarser
/// meanwhile.

#include <cstdint>
#include <memory>
#include <optional>

#include "core/image/chunk_store.h"
#include "core/image/pixel_source.h"
#include "core/image/world.h"

namespace karyo {

class PagedImage {
 public:
  /// Reads, here and now, a sample to measure contrast on: the coarsest level where that is small,
  /// else the middle of its middle plane. For background work.
  static Result<std::shared_ptr<const PagedImage>> open(std::shared_ptr<const PixelSource> source,
                                                        std::shared_ptr<ChunkStore> store);

  const PixelSource& source() const { return *source_; }
  const std::shared_ptr<const PixelSource>& shared_source() const { return source_; }
  const PixelInfo& info() const { return source_->info(); }
  ChunkStore& store() const { return *store_; }
  /// Never empty; all channels, one time point. Statistics only: it may be a part of the image.
  const std::shared_ptr<const Volume>& sample() const { return sample_; }

  /// The coarsest level that still has a voxel for each screen pixel of `pixel_size` (world units)
  /// along both axes of the plane; `layer_grid` is how level 0 lies in the world.
  int level_for(Plane plane, double pixel_size, const VoxelGrid& layer_grid) const;

  /// Voxels of `box` (in voxels of `level`, within it) of one channel at one time, rows without
  /// gaps, from the chunks in memory. Where one is missing, it is asked for and the best coarser
  /// level in memory stands in, else 0. Returns whether all was there. Any thread.
  bool gather(int level, std::int64_t t, std::int64_t c, const Box3& box, std::byte* to) const;

  /// The same, reading what is missing. For background work. Errors as PixelSource::read_chunk.
  Result<void> read(int level, std::int64_t t, std::int64_t c, const Box3& box,
                    std::byte* to) const;

  /// A voxel of level 0, from the finest level that has it in memory; none when none has. Asks for
  /// nothing: what the pointer passes over is no reason to read.
  std::optional<double> value_in_memory(std::int64_t t, std::int64_t c, const Index3& voxel) const;

  /// One channel of `box` (in voxels of level 0, not empty) as it can be seen now: from the finest
  /// level that has at most `voxels` voxels there, gathered as above. Where even the coarsest has
  /// more, the middle of the box.
  Volume glance(std::int64_t t, std::int64_t c, const Box3& box, std::int64_t voxels) const;

  /// The finest level that has at most `voxels` voxels along z, y, x; none when even the coarsest
  /// has more.
  std::optional<int> level_within(std::int64_t voxels) const;

  /// A box of a level in voxels of level 0, for "this changed", and the other way round: all that
  /// the box touches.
  Box3 in_full_voxels(int level, const Box3& box) const;
  Box3 in_level_voxels(int level, const Box3& full) const;

 private:
  PagedImage(std::shared_ptr<const PixelSource> source, std::shared_ptr<ChunkStore> store)
      : source_(std::move(source)), store_(std::move(store)) {}
  void stand_in(int level, std::int64_t t, std::int64_t c, const Box3& part, const Box3& box,
                std::byte* to) const;

  std::shared_ptr<const PixelSource> source_;
  std::shared_ptr<ChunkStore> store_;
  std::shared_ptr<const Volume> sample_;
};

}  // namespace karyo
