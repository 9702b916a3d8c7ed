#include "core/io/zarr_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/io/zarr_source.h"

namespace karyo::io {
namespace {

ImageDescription describe(const PixelInfo& info) {
  ImageDescription description;
  description.format = "Zarr";
  description.shape = info.shape();
  const std::pair<char, std::int64_t> axes[] = {{'T', info.shape().t},
                                                {'C', info.shape().c},
                                                {'Z', info.shape().z},
                                                {'Y', info.shape().y},
                                                {'X', info.shape().x}};
  for (const auto& [letter, extent] : axes) {
    if (extent == 1 && letter != 'Y' && letter != 'X') continue;
    description.axes += letter;
    description.file_shape.push_back(extent);
  }
  description.type = info.type;
  description.dtype = std::string(name_of(info.type));
  description.compression = "of its chunks";
  description.rgb = info.rgb;
  description.grid = info.grid;
  description.channels = info.channels;
  description.notes = info.notes;
  return description;
}

class ZarrReader final : public ImageReader {
 public:
  explicit ZarrReader(std::shared_ptr<const PixelSource> source)
      : ImageReader(describe(source->info())), source_(std::move(source)) {
    slabs_.resize(static_cast<std::size_t>(description_.shape.c));
  }

  Result<Volume> read() override {
    KARYO_TRY(Volume volume, empty_volume());
    const VolumeShape shape = description_.shape;
    const std::size_t stack = static_cast<std::size_t>(shape.zyx().count()) * voxel();
    std::byte* to = volume.data();
    for (std::int64_t t = 0; t < shape.t; ++t) {
      for (std::int64_t c = 0; c < shape.c; ++c, to += stack) {
        for (std::int64_t number = 0; number < level().chunk_count().z; ++number) {
          KARYO_CHECK_OK(read_row_of_chunks(t, c, number, to + first_plane(number) * plane()));
        }
      }
    }
    return volume;
  }

  Result<void> read_plane(std::int64_t t, std::int64_t c, std::int64_t z, std::byte* to) override {
    Slab& slab = slabs_[static_cast<std::size_t>(c)];
    const std::int64_t number = z / level().chunk.z;
    if (slab.t != t || slab.number != number) {
      slab.t = -1;
      const std::int64_t planes =
          std::min(level().chunk.z, description_.shape.z - number * level().chunk.z);
      KARYO_TRY(slab.voxels, zeroed_volume(description_.type, {1, 1, planes, description_.shape.y,
                                                               description_.shape.x}));
      KARYO_CHECK_OK(read_row_of_chunks(t, c, number, slab.voxels.data()));
      slab.t = t;
      slab.number = number;
    }
    const std::size_t at = static_cast<std::size_t>(z) - first_plane(number);
    std::memcpy(to, slab.voxels.data() + at * plane(), plane());
    return {};
  }

 private:
  /// The planes of one channel that lie in the same chunks.
  struct Slab {
    std::int64_t t = -1, number = -1;
    Volume voxels;
  };

  const PixelLevel& level() const { return source_->info().levels.front(); }
  std::size_t voxel() const { return bytes_of(description_.type); }
  std::size_t plane() const {
    return static_cast<std::size_t>(description_.shape.y * description_.shape.x) * voxel();
  }
  std::size_t first_plane(std::int64_t number) const {
    return static_cast<std::size_t>(number * level().chunk.z);
  }

  Result<void> read_row_of_chunks(std::int64_t t, std::int64_t c, std::int64_t number,
                                  std::byte* to) {
    const Index3 count = level().chunk_count();
    for (std::int64_t y = 0; y < count.y; ++y) {
      for (std::int64_t x = 0; x < count.x; ++x) {
        const ChunkKey key{0, t, c, {number, y, x}};
        const Box3 box = level().box_of_chunk(key.number);
        chunk_.resize(static_cast<std::size_t>(box.shape().count()) * voxel());
        KARYO_CHECK_OK(source_->read_chunk(key, chunk_.data()));
        put(box, to);
      }
    }
    return {};
  }

  void put(const Box3& box, std::byte* to) const {
    const Index3 shape = box.shape();
    const std::size_t row = static_cast<std::size_t>(shape.x) * voxel();
    const std::byte* from = chunk_.data();
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y, from += row) {
        const std::int64_t at = (box.begin.y + y) * description_.shape.x + box.begin.x;
        std::memcpy(
            to + static_cast<std::size_t>(z) * plane() + static_cast<std::size_t>(at) * voxel(),
            from, row);
      }
    }
  }

  std::shared_ptr<const PixelSource> source_;
  std::vector<Slab> slabs_;  ///< one a channel, as planes are visited channel by channel
  std::vector<std::byte> chunk_;
};

}  // namespace

Result<std::unique_ptr<ImageReader>> open_zarr_image(const std::filesystem::path& folder) {
  KARYO_TRY(auto source, open_zarr(folder));
  return std::unique_ptr<ImageReader>(std::make_unique<ZarrReader>(std::move(source)));
}

}  // namespace karyo::io
