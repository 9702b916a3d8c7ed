#pragma once

/// A coarse copy, in memory, of an image that stays in its file: what 3D shows of it.

#include <cstdint>
#include <optional>

#include "core/base/task.h"
#include "core/image/pixel_source.h"

namespace karyo {

/// Which voxels a reduced copy takes: every `step`-th of a level along z, y, x.
struct Reduction {
  int level = 0;
  Index3 step{1, 1, 1};
  std::uint64_t read_bytes = 0;  ///< what has to be read for one channel
  friend bool operator==(const Reduction&, const Reduction&) = default;
};

/// The finest reduction to at most `voxels` voxels: a level as it is, or the coarsest one thinned
/// where no level is small enough, the axis with the finest spacing first. None where more than
/// `most_bytes` would have to be read for it: a huge image without a pyramid.
std::optional<Reduction> reduction_to(const PixelInfo& info, std::int64_t voxels,
                                      std::uint64_t most_bytes);

/// All channels at one time; the grid says how coarse it is. Reads chunk after chunk.
/// Errors: kCancelled, and those of read_chunk.
Result<Volume> read_reduced(const PixelSource& source, const Reduction& reduction, std::int64_t t,
                            TaskControl& control);

}  // namespace karyo
