#include "core/image/reduced_read.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace karyo {
namespace {

/// Samples of an axis of `extent` voxels, one in the middle of every `step`.
std::int64_t samples(std::int64_t extent, std::int64_t step) {
  return std::max<std::int64_t>(1, extent / step);
}
std::int64_t place_of(std::int64_t sample, std::int64_t step, std::int64_t extent) {
  return std::min(sample * step + step / 2, extent - 1);
}

Index3 samples_of(const PixelLevel& level, const Index3& step) {
  return {samples(level.shape.z, step.z), samples(level.shape.y, step.y),
          samples(level.shape.x, step.x)};
}

/// Chunks along an axis that hold at least one sample.
std::int64_t chunks_hit(std::int64_t extent, std::int64_t chunk, std::int64_t step) {
  std::int64_t hit = 0, last = -1;
  for (std::int64_t i = 0; i < samples(extent, step); ++i) {
    const std::int64_t number = place_of(i, step, extent) / chunk;
    hit += number != last;
    last = number;
  }
  return hit;
}

/// The samples [first, last) of an axis that lie in voxels [begin, end).
struct Range {
  std::int64_t first, last;
};
Range samples_in(std::int64_t begin, std::int64_t end, std::int64_t step, std::int64_t extent) {
  const std::int64_t count = samples(extent, step);
  std::int64_t first = std::clamp<std::int64_t>((begin - step / 2 + step - 1) / step, 0, count);
  while (first > 0 && place_of(first - 1, step, extent) >= begin) --first;
  while (first < count && place_of(first, step, extent) < begin) ++first;
  std::int64_t last = first;
  while (last < count && place_of(last, step, extent) < end) ++last;
  return {first, last};
}

}  // namespace

std::optional<Reduction> reduction_to(const PixelInfo& info, std::int64_t voxels,
                                      std::uint64_t most_bytes) {
  const auto cost = [&](const Reduction& reduction) {
    const PixelLevel& level = info.levels[static_cast<std::size_t>(reduction.level)];
    const std::int64_t chunks = chunks_hit(level.shape.z, level.chunk.z, reduction.step.z) *
                                chunks_hit(level.shape.y, level.chunk.y, reduction.step.y) *
                                chunks_hit(level.shape.x, level.chunk.x, reduction.step.x);
    return static_cast<std::uint64_t>(chunks * level.chunk.count()) * bytes_of(info.type);
  };
  for (int i = 0; i < static_cast<int>(info.levels.size()); ++i) {
    const PixelLevel& level = info.levels[static_cast<std::size_t>(i)];
    if (level.shape.zyx().count() > voxels) continue;
    Reduction as_it_is{i, {1, 1, 1}, 0};
    as_it_is.read_bytes = cost(as_it_is);
    if (as_it_is.read_bytes <= most_bytes) return as_it_is;
  }
  Reduction thinned{static_cast<int>(info.levels.size()) - 1, {1, 1, 1}, 0};
  const PixelLevel& level = info.levels.back();
  const VoxelGrid grid = info.grid_of(thinned.level);
  while (samples_of(level, thinned.step).count() > voxels) {
    const Index3 now = samples_of(level, thinned.step);
    const double z = now.z > 1 ? grid.spacing_z * static_cast<double>(thinned.step.z) : 1e300;
    const double y = now.y > 1 ? grid.spacing_y * static_cast<double>(thinned.step.y) : 1e300;
    const double x = now.x > 1 ? grid.spacing_x * static_cast<double>(thinned.step.x) : 1e300;
    std::int64_t& finest = x <= y && x <= z ? thinned.step.x
                           : y <= z         ? thinned.step.y
                                            : thinned.step.z;
    finest *= 2;
  }
  thinned.read_bytes = cost(thinned);
  if (thinned.read_bytes > most_bytes) return std::nullopt;
  return thinned;
}

Result<Volume> read_reduced(const PixelSource& source, const Reduction& reduction, std::int64_t t,
                            TaskControl& control) {
  const PixelInfo& info = source.info();
  const PixelLevel& level = info.levels[static_cast<std::size_t>(reduction.level)];
  const Index3 step = reduction.step, size = samples_of(level, step);
  const Index3 extent = level.shape.zyx();
  VoxelGrid grid = info.grid_of(reduction.level);
  grid.spacing_z *= static_cast<double>(extent.z) / static_cast<double>(size.z);
  grid.spacing_y *= static_cast<double>(extent.y) / static_cast<double>(size.y);
  grid.spacing_x *= static_cast<double>(extent.x) / static_cast<double>(size.x);
  Volume volume(info.type, {1, level.shape.c, size.z, size.y, size.x}, grid);
  volume.rgb = info.rgb;
  volume.channels = info.channels;

  const std::size_t voxel = bytes_of(info.type);
  const Index3 chunks = level.chunk_count();
  std::vector<std::byte> chunk(static_cast<std::size_t>(level.chunk.count()) * voxel);
  for (std::int64_t c = 0; c < level.shape.c; ++c) {
    std::byte* const channel = volume.data() + static_cast<std::size_t>(c * size.count()) * voxel;
    for (std::int64_t number = 0; number < chunks.count(); ++number) {
      const Index3 at{number / chunks.x / chunks.y, number / chunks.x % chunks.y,
                      number % chunks.x};
      const Box3 box = level.box_of_chunk(at);
      const Range z = samples_in(box.begin.z, box.end.z, step.z, extent.z);
      const Range y = samples_in(box.begin.y, box.end.y, step.y, extent.y);
      const Range x = samples_in(box.begin.x, box.end.x, step.x, extent.x);
      if (z.first == z.last || y.first == y.last || x.first == x.last) continue;
      if (control.cancelled()) return cancelled_error("Reading the coarse copy");
      KARYO_CHECK_OK(source.read_chunk({reduction.level, t, c, at}, chunk.data()));
      const Index3 shape = box.shape();
      for (std::int64_t k = z.first; k < z.last; ++k) {
        for (std::int64_t j = y.first; j < y.last; ++j) {
          const std::int64_t row = ((place_of(k, step.z, extent.z) - box.begin.z) * shape.y +
                                    place_of(j, step.y, extent.y) - box.begin.y) *
                                   shape.x;
          std::byte* out =
              channel + static_cast<std::size_t>((k * size.y + j) * size.x + x.first) * voxel;
          for (std::int64_t i = x.first; i < x.last; ++i, out += voxel) {
            const std::int64_t from = row + place_of(i, step.x, extent.x) - box.begin.x;
            std::memcpy(out, chunk.data() + static_cast<std::size_t>(from) * voxel, voxel);
          }
        }
      }
    }
  }
  return volume;
}

}  // namespace karyo
