#include "core/io/tiff_source.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "core/io/limits.h"
#include "core/io/tiff_chunks.h"
#include "core/io/tiff_decode.h"
#include "core/io/tiff_file.h"
#include "core/io/tiff_pyramid.h"

namespace karyo::io {
namespace {

/// Rows are read in bands of about this much: little enough to come at once, large enough that
/// asking for it costs nothing.
constexpr std::int64_t kBandBytes = std::int64_t{4} << 20;

/// Rows of a band: whole strips, so that none is decoded twice.
std::int64_t band_rows(const TiffPage& page, std::int64_t strip_rows) {
  const std::int64_t row_bytes = page.width * static_cast<std::int64_t>(bytes_of(page.type()));
  const std::int64_t strips = std::max<std::int64_t>(1, kBandBytes / row_bytes / strip_rows);
  return std::min(page.height, strips * strip_rows);
}

Index3 chunk_of(const TiffPage& page, bool contiguous) {
  if (contiguous) {
    // Planes of samples one after another cannot be cut into rows.
    return {1, page.planar ? page.height : band_rows(page, 1), page.width};
  }
  if (page.tiled) return {1, page.chunk_height, page.chunk_width};
  return {1, band_rows(page, page.chunk_height), page.width};
}

PixelInfo info_of(const TiffFile& file, const std::vector<TiffLevel>& levels) {
  const ImageDescription& description = file.description;
  PixelInfo info;
  info.type = description.type;
  info.rgb = description.rgb;
  info.grid = description.grid;
  info.channels = description.channels;
  info.notes = description.notes;
  info.levels.push_back(
      {description.shape, 1, 1, 1, chunk_of(file.first, file.plan.pages.empty())});
  for (const TiffLevel& level : levels) {
    VolumeShape shape = description.shape;
    shape.y = level.page.height;
    shape.x = level.page.width;
    info.levels.push_back({shape, 1,
                           static_cast<double>(file.first.height) / static_cast<double>(shape.y),
                           static_cast<double>(file.first.width) / static_cast<double>(shape.x),
                           chunk_of(level.page, false)});
  }
  return info;
}

class TiffSource final : public PixelSource {
 public:
  TiffSource(std::shared_ptr<const ByteSource> source, TiffFile file, std::vector<TiffLevel> levels)
      : PixelSource(info_of(file, levels)),
        source_(std::move(source)),
        files_(std::move(file.files)),
        plan_(std::move(file.plan)),
        big_endian_(file.open->handle.big_endian()) {
    levels_.push_back({file.first, 0});
    levels_.insert(levels_.end(), levels.begin(), levels.end());
  }

  Result<void> read_chunk(const ChunkKey& key, std::byte* to) const override {
    const Box3 box = info().levels[static_cast<std::size_t>(key.level)].box_of_chunk(key.number);
    if (plan_.pages.empty()) return read_contiguous(key, box, to);
    const TiffPlace place = place_of(key);
    KARYO_TRY(auto open, files_->take(place.file));
    const auto read = read_with(*open, place, key, box, to);
    if (!read) return files_->in_file(read.error(), place.file);
    files_->give_back(std::move(open));
    return {};
  }

 private:
  std::int64_t samples() const { return levels_.front().page.samples; }

  TiffPlace place_of(const ChunkKey& key) const {
    if (levels_[static_cast<std::size_t>(key.level)].offset != 0) return plan_.pages.front();
    const std::int64_t channel = key.c / samples();
    const auto plane =
        static_cast<std::size_t>((key.t * plan_.channels + channel) * plan_.slices + key.number.z);
    return plan_.pages[plane];
  }

  Result<std::uint64_t> directory_of(const OpenTiff& open, const TiffPlace& place,
                                     const ChunkKey& key) const {
    const TiffLevel& level = levels_[static_cast<std::size_t>(key.level)];
    if (level.offset != 0) return level.offset;
    KARYO_TRY(const std::uint64_t page, open.page_at(place.page));
    if (key.level == 0) return page;
    KARYO_TRY(const auto subs, sub_directories(open.handle.source(), *open.structure, page));
    if (static_cast<std::size_t>(key.level) > subs.size()) {
      return Error(ErrorCode::kBadFile,
                   "the page at byte " + std::to_string(page) + " has fewer levels than the first",
                   "Export the image again.");
    }
    return subs[static_cast<std::size_t>(key.level) - 1];
  }

  Result<void> read_with(OpenTiff& reader, const TiffPlace& place, const ChunkKey& key,
                         const Box3& box, std::byte* to) const {
    KARYO_TRY(const std::uint64_t offset, directory_of(reader, place, key));
    if (reader.at != offset) {
      reader.at = 0;
      const TiffPage& form = levels_[static_cast<std::size_t>(key.level)].page;
      KARYO_TRY(reader.page, go_to_page_like(reader.handle, form, offset));
      std::uint64_t stored = 0;
      KARYO_CHECK_OK(check_tiff_chunks(reader.handle, reader.page, stored));
      reader.at = offset;
    }
    if (samples() == 1 || reader.page.planar) {
      std::byte* const planes[] = {to};
      return decode(reader, key, box, key.c % samples(), planes);
    }
    const auto bytes = static_cast<std::size_t>(box.shape().count()) * bytes_of(info().type);
    const ChunkKey all{key.level, key.t, key.c / samples(), key.number};
    if (!(reader.decoded == all)) {
      reader.decoded = {-1, 0, 0, {}};
      reader.values.resize(bytes * static_cast<std::size_t>(samples()));
      std::vector<std::byte*> planes;
      for (std::int64_t s = 0; s < samples(); ++s) {
        planes.push_back(reader.values.data() + static_cast<std::size_t>(s) * bytes);
      }
      KARYO_CHECK_OK(decode(reader, key, box, 0, planes));
      reader.decoded = all;
    }
    const auto sample = static_cast<std::size_t>(key.c % samples());
    std::memcpy(to, reader.values.data() + sample * bytes, bytes);
    return {};
  }

  /// The strips, or the tile, that a chunk is made of; `plane` of samples kept apart.
  Result<void> decode(OpenTiff& reader, const ChunkKey& key, const Box3& box, std::int64_t plane,
                      std::span<std::byte* const> planes) const {
    const TiffPage& page = reader.page;
    const Chunks chunks = chunks_of(page);
    const std::int64_t width = box.shape().x;
    const std::int64_t first = plane * chunks.down * chunks.across;
    if (page.tiled) {
      return decode_tiff_chunk(reader.handle, page,
                               first + key.number.y * chunks.across + key.number.x, planes, width);
    }
    std::vector<std::byte*> targets(planes.size());
    for (std::int64_t y = box.begin.y; y < box.end.y; y += page.chunk_height) {
      const auto done = static_cast<std::size_t>((y - box.begin.y) * width) * bytes_of(page.type());
      for (std::size_t s = 0; s < planes.size(); ++s) targets[s] = planes[s] + done;
      KARYO_CHECK_OK(
          decode_tiff_chunk(reader.handle, page, first + y / page.chunk_height, targets, width));
    }
    return {};
  }

  Result<void> read_contiguous(const ChunkKey& key, const Box3& box, std::byte* to) const {
    TiffPage band = levels_.front().page;
    const auto place =
        static_cast<std::uint64_t>(plan_.place_of(key.t, key.c / samples(), key.number.z));
    const std::uint64_t plane_bytes = band.stored_plane_bytes();
    std::uint64_t offset = plan_.contiguous_at + place * plane_bytes;
    if (!band.planar) {
      offset += plane_bytes / static_cast<std::uint64_t>(band.height) *
                static_cast<std::uint64_t>(box.begin.y);
      band.height = box.shape().y;
    }
    if (samples() == 1) {
      std::byte* const planes[] = {to};
      return read_contiguous_plane(*source_, big_endian_, band, offset, planes);
    }
    const auto bytes = static_cast<std::size_t>(box.shape().count()) * bytes_of(info().type);
    std::vector<std::byte> values(bytes * static_cast<std::size_t>(samples()));
    std::vector<std::byte*> planes;
    for (std::int64_t s = 0; s < samples(); ++s) {
      planes.push_back(values.data() + static_cast<std::size_t>(s) * bytes);
    }
    KARYO_CHECK_OK(read_contiguous_plane(*source_, big_endian_, band, offset, planes));
    const auto sample = static_cast<std::size_t>(key.c % samples());
    std::memcpy(to, values.data() + sample * bytes, bytes);
    return {};
  }

  std::shared_ptr<const ByteSource> source_;  ///< the file that was opened
  std::unique_ptr<const TiffPool> files_;
  TiffPlan plan_;
  bool big_endian_;
  std::vector<TiffLevel> levels_;  ///< the image itself first
};

}  // namespace

Result<std::shared_ptr<const PixelSource>> open_tiff_source(const std::filesystem::path& path) {
  auto opened = [&]() -> Result<std::shared_ptr<const PixelSource>> {
    KARYO_TRY(auto source, open_file(path));
    KARYO_TRY(TiffFile file, open_tiff_file(source, neighbours_of(path)));
    auto levels = tiff_levels(file);
    return std::shared_ptr<const PixelSource>(
        std::make_shared<TiffSource>(std::move(source), std::move(file), std::move(levels)));
  }();
  if (!opened) return opened.error().in(path.string());
  return opened;
}

}  // namespace karyo::io
