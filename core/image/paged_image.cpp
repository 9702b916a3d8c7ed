#include "core/image/paged_image.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

namespace karyo {
namespace {

/// What the sample may take: enough for a faithful histogram, read in well under a second.
constexpr std::int64_t kSampleBytes = std::int64_t{32} << 20;
constexpr std::int64_t kSampleReadBytes = std::int64_t{128} << 20;

const PixelLevel& level_of(const PixelInfo& info, int level) {
  return info.levels[static_cast<std::size_t>(level)];
}

/// Calls f(number of chunk, its box within `box`) for each chunk that `box` touches.
template <typename F>
void for_chunks(const PixelLevel& level, const Box3& box, F&& f) {
  const Index3 first{box.begin.z / level.chunk.z, box.begin.y / level.chunk.y,
                     box.begin.x / level.chunk.x};
  const Index3 last{(box.end.z - 1) / level.chunk.z, (box.end.y - 1) / level.chunk.y,
                    (box.end.x - 1) / level.chunk.x};
  for (std::int64_t z = first.z; z <= last.z; ++z) {
    for (std::int64_t y = first.y; y <= last.y; ++y) {
      for (std::int64_t x = first.x; x <= last.x; ++x) {
        f(Index3{z, y, x}, level.box_of_chunk({z, y, x}).clipped_to(box));
      }
    }
  }
}

std::size_t place_in(const Box3& box, const Index3& voxel) {
  const Index3 shape = box.shape(), p = voxel - box.begin;
  return static_cast<std::size_t>((p.z * shape.y + p.y) * shape.x + p.x);
}

/// Copies `part` out of a chunk into an array that holds `box`.
void copy_part(const Box3& chunk, const std::byte* from, const Box3& part, const Box3& box,
               std::size_t voxel_bytes, std::byte* to) {
  const auto row_bytes = static_cast<std::size_t>(part.shape().x) * voxel_bytes;
  for (std::int64_t z = part.begin.z; z < part.end.z; ++z) {
    for (std::int64_t y = part.begin.y; y < part.end.y; ++y) {
      const Index3 start{z, y, part.begin.x};
      std::memcpy(to + place_in(box, start) * voxel_bytes,
                  from + place_in(chunk, start) * voxel_bytes, row_bytes);
    }
  }
}

/// What of a level the sample takes: all of it where that is little to hold and to read, else the
/// middle of its middle plane.
Box3 sample_box(const PixelLevel& level, std::int64_t voxel_bytes) {
  Box3 box = Box3::of_shape(level.shape.zyx());
  const auto too_much = [&] {
    const Index3 first{box.begin.z / level.chunk.z, box.begin.y / level.chunk.y,
                       box.begin.x / level.chunk.x};
    const Index3 last{(box.end.z - 1) / level.chunk.z, (box.end.y - 1) / level.chunk.y,
                      (box.end.x - 1) / level.chunk.x};
    const std::int64_t chunks = (last - first + Index3{1, 1, 1}).count() * level.shape.c;
    return box.shape().count() * level.shape.c * voxel_bytes > kSampleBytes ||
           chunks * level.chunk.count() * voxel_bytes > kSampleReadBytes;
  };
  if (too_much()) {
    box.begin.z = level.shape.z / 2;
    box.end.z = box.begin.z + 1;
  }
  while (too_much() && box.shape().y * box.shape().x > 1) {  // towards the middle
    const Index3 shape = box.shape();
    const auto halve = [](std::int64_t& begin, std::int64_t& end) {
      const std::int64_t quarter = (end - begin) / 4;
      begin += quarter;
      end -= quarter;
    };
    halve(box.begin.y, box.end.y);
    halve(box.begin.x, box.end.x);
    if (box.shape() == shape) break;  // a single chunk may be larger
  }
  return box;
}

/// A box in voxels of other size; all that it touches.
Box3 scaled(const Box3& box, double by_z, double by_y, double by_x) {
  // A hair of slack: 3 x (1 / 3) is not quite 1 in binary.
  constexpr double kSlack = 1e-9;
  const auto low = [](std::int64_t voxel, double by) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(voxel) * by + kSlack));
  };
  const auto high = [](std::int64_t voxel, double by) {
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(voxel) * by - kSlack));
  };
  return {{low(box.begin.z, by_z), low(box.begin.y, by_y), low(box.begin.x, by_x)},
          {high(box.end.z, by_z), high(box.end.y, by_y), high(box.end.x, by_x)}};
}

/// The voxel of a coarser level that holds the middle of a finer level's voxel.
std::int64_t coarser(std::int64_t voxel, double fine_scale, double coarse_scale,
                     std::int64_t extent) {
  const double middle = (static_cast<double>(voxel) + 0.5) * fine_scale / coarse_scale;
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(middle)), 0, extent - 1);
}

}  // namespace

Result<std::shared_ptr<const PagedImage>> PagedImage::open(
    std::shared_ptr<const PixelSource> source, std::shared_ptr<ChunkStore> store) {
  std::shared_ptr<PagedImage> image(new PagedImage(std::move(source), std::move(store)));
  const PixelInfo& info = image->info();
  const int coarsest = static_cast<int>(info.levels.size()) - 1;
  const PixelLevel& level = level_of(info, coarsest);
  const Box3 box = sample_box(level, static_cast<std::int64_t>(bytes_of(info.type)));
  const Index3 shape = box.shape();
  auto sample = std::make_shared<Volume>(
      info.type, VolumeShape{1, level.shape.c, shape.z, shape.y, shape.x}, info.grid_of(coarsest));
  sample->rgb = info.rgb;
  sample->channels = info.channels;
  const auto channel_bytes = static_cast<std::size_t>(shape.count()) * bytes_of(info.type);
  for (std::int64_t c = 0; c < level.shape.c; ++c) {
    KARYO_CHECK_OK(image->read(coarsest, 0, c, box,
                               sample->data() + static_cast<std::size_t>(c) * channel_bytes));
  }
  image->sample_ = std::move(sample);
  return std::shared_ptr<const PagedImage>(std::move(image));
}

int PagedImage::level_for(Plane plane, double pixel_size, const VoxelGrid& layer_grid) const {
  const Axis across = horizontal_axis(plane), down = vertical_axis(plane);
  int best = 0;
  for (int i = 1; i < static_cast<int>(info().levels.size()); ++i) {
    const PixelLevel& level = level_of(info(), i);
    const auto scale = [&](Axis axis) {
      return axis == Axis::kZ ? level.scale_z : axis == Axis::kY ? level.scale_y : level.scale_x;
    };
    constexpr double kSlack = 1.001;  // a voxel as large as a pixel is fine enough
    const bool fine = scale(across) * spacing_along(layer_grid, across) <= pixel_size * kSlack &&
                      scale(down) * spacing_along(layer_grid, down) <= pixel_size * kSlack;
    if (fine) best = i;
  }
  return best;
}

bool PagedImage::gather(int level, std::int64_t t, std::int64_t c, const Box3& box,
                        std::byte* to) const {
  if (box.empty()) return true;
  const PixelLevel& of = level_of(info(), level);
  const std::size_t voxel_bytes = bytes_of(info().type);
  bool complete = true;
  for_chunks(of, box, [&](const Index3& number, const Box3& part) {
    const ChunkKey key{level, t, c, number};
    if (const ChunkBytes chunk = store_->find(source_, key)) {
      copy_part(of.box_of_chunk(number), chunk->data(), part, box, voxel_bytes, to);
      return;
    }
    complete = false;
    store_->ask(source_, key);
    stand_in(level, t, c, part, box, to);
  });
  return complete;
}

void PagedImage::stand_in(int level, std::int64_t t, std::int64_t c, const Box3& part,
                          const Box3& box, std::byte* to) const {
  const std::size_t voxel_bytes = bytes_of(info().type);
  for (std::int64_t z = part.begin.z; z < part.end.z; ++z) {
    for (std::int64_t y = part.begin.y; y < part.end.y; ++y) {
      std::memset(to + place_in(box, {z, y, part.begin.x}) * voxel_bytes, 0,
                  static_cast<std::size_t>(part.shape().x) * voxel_bytes);
    }
  }
  const PixelLevel& fine = level_of(info(), level);
  // From the coarsest on, so that finer chunks, where there are some, cover coarser ones.
  for (int i = static_cast<int>(info().levels.size()) - 1; i > level; --i) {
    const PixelLevel& of = level_of(info(), i);
    const auto column = [&](std::int64_t x) {
      return coarser(x, fine.scale_x, of.scale_x, of.shape.x);
    };
    const auto row = [&](std::int64_t y) {
      return coarser(y, fine.scale_y, of.scale_y, of.shape.y);
    };
    const auto slice = [&](std::int64_t z) {
      return coarser(z, fine.scale_z, of.scale_z, of.shape.z);
    };
    const Box3 covered{
        {slice(part.begin.z), row(part.begin.y), column(part.begin.x)},
        {slice(part.end.z - 1) + 1, row(part.end.y - 1) + 1, column(part.end.x - 1) + 1}};
    for_chunks(of, covered, [&](const Index3& number, const Box3&) {
      const ChunkBytes chunk = store_->find(source_, {i, t, c, number});
      if (!chunk) return;
      const Box3 chunk_box = of.box_of_chunk(number);
      for (std::int64_t z = part.begin.z; z < part.end.z; ++z) {
        for (std::int64_t y = part.begin.y; y < part.end.y; ++y) {
          Index3 source{slice(z), row(y), chunk_box.begin.x};
          if (!chunk_box.contains(source)) continue;
          for (std::int64_t x = part.begin.x; x < part.end.x; ++x) {
            source.x = column(x);
            if (!chunk_box.contains(source)) continue;
            std::memcpy(to + place_in(box, {z, y, x}) * voxel_bytes,
                        chunk->data() + place_in(chunk_box, source) * voxel_bytes, voxel_bytes);
          }
        }
      }
    });
  }
}

Result<void> PagedImage::read(int level, std::int64_t t, std::int64_t c, const Box3& box,
                              std::byte* to) const {
  const PixelLevel& of = level_of(info(), level);
  std::vector<Index3> numbers;
  for_chunks(of, box, [&](const Index3& number, const Box3&) { numbers.push_back(number); });
  for (const Index3& number : numbers) {
    KARYO_TRY(const ChunkBytes chunk, store_->get(source_, {level, t, c, number}));
    const Box3 whole = of.box_of_chunk(number);
    copy_part(whole, chunk->data(), whole.clipped_to(box), box, bytes_of(info().type), to);
  }
  return {};
}

std::optional<int> PagedImage::level_within(std::int64_t voxels) const {
  for (int i = 0; i < static_cast<int>(info().levels.size()); ++i) {
    if (level_of(info(), i).shape.zyx().count() <= voxels) return i;
  }
  return std::nullopt;
}

Box3 PagedImage::in_full_voxels(int level, const Box3& box) const {
  const PixelLevel& of = level_of(info(), level);
  return scaled(box, of.scale_z, of.scale_y, of.scale_x)
      .clipped_to(Box3::of_shape(info().shape().zyx()));
}

Box3 PagedImage::in_level_voxels(int level, const Box3& full) const {
  const PixelLevel& of = level_of(info(), level);
  return scaled(full, 1 / of.scale_z, 1 / of.scale_y, 1 / of.scale_x)
      .clipped_to(Box3::of_shape(of.shape.zyx()));
}

std::optional<double> PagedImage::value_in_memory(std::int64_t t, std::int64_t c,
                                                  const Index3& voxel) const {
  for (int i = 0; i < static_cast<int>(info().levels.size()); ++i) {
    const PixelLevel& of = level_of(info(), i);
    const Index3 here{coarser(voxel.z, 1, of.scale_z, of.shape.z),
                      coarser(voxel.y, 1, of.scale_y, of.shape.y),
                      coarser(voxel.x, 1, of.scale_x, of.shape.x)};
    const Index3 number{here.z / of.chunk.z, here.y / of.chunk.y, here.x / of.chunk.x};
    const ChunkBytes chunk = store_->find(source_, {i, t, c, number});
    if (!chunk) continue;
    return visit_voxels(info().type, [&](auto zero) {
      decltype(zero) value;
      std::memcpy(&value, chunk->data() + place_in(of.box_of_chunk(number), here) * sizeof(value),
                  sizeof(value));
      return static_cast<double>(value);
    });
  }
  return std::nullopt;
}

Volume PagedImage::glance(std::int64_t t, std::int64_t c, const Box3& box,
                          std::int64_t voxels) const {
  int level = 0;
  Box3 part = in_level_voxels(0, box);
  while (part.shape().count() > voxels && level + 1 < static_cast<int>(info().levels.size())) {
    part = in_level_voxels(++level, box);
  }
  while (part.shape().count() > voxels) {  // towards the middle along the longest axis
    const Index3 shape = part.shape();
    const std::int64_t longest = std::max({shape.z, shape.y, shape.x});
    const auto halve = [](std::int64_t& begin, std::int64_t& end) {
      const std::int64_t quarter = std::max<std::int64_t>(1, (end - begin) / 4);
      begin += quarter;
      end = std::max(begin + 1, end - quarter);
    };
    if (longest == shape.x) {
      halve(part.begin.x, part.end.x);
    } else if (longest == shape.y) {
      halve(part.begin.y, part.end.y);
    } else {
      halve(part.begin.z, part.end.z);
    }
  }
  if (part.empty()) return Volume(info().type, {1, 1, 1, 1, 1});  // at an edge that was cut off
  const Index3 shape = part.shape();
  Volume seen(info().type, {1, 1, shape.z, shape.y, shape.x}, info().grid_of(level));
  gather(level, t, c, part, seen.data());
  return seen;
}

}  // namespace karyo
