#include "core/io/tiff_reader.h"

#include <algorithm>

#include "core/io/limits.h"
#include "core/io/tiff_decode.h"
#include "core/io/tiff_file.h"

namespace karyo::io {
namespace {

class TiffReader final : public ImageReader {
 public:
  explicit TiffReader(TiffFile file)
      : ImageReader(std::move(file.description)),
        structure_(std::move(file.structure)),
        handle_(std::move(file.handle)),
        first_(file.first),
        plan_(std::move(file.plan)) {}

  Result<Volume> read() override {
    KARYO_CHECK_OK(check_all_pages());
    KARYO_TRY(Volume volume, empty_volume());
    const VolumeShape shape = volume.shape();
    const std::size_t plane_bytes =
        static_cast<std::size_t>(shape.y * shape.x) * bytes_of(volume.type());
    std::vector<std::byte*> planes(static_cast<std::size_t>(first_.samples));
    for (std::int64_t t = 0; t < plan_.frames; ++t) {
      for (std::int64_t c = 0; c < plan_.channels; ++c) {
        for (std::int64_t z = 0; z < plan_.slices; ++z) {
          for (std::int64_t s = 0; s < first_.samples; ++s) {
            const std::int64_t channel = c * first_.samples + s;
            planes[static_cast<std::size_t>(s)] =
                volume.data() +
                static_cast<std::size_t>((t * shape.c + channel) * shape.z + z) * plane_bytes;
          }
          KARYO_CHECK_OK(read_page(t, c, z, planes));
        }
      }
    }
    return volume;
  }

  Result<void> read_plane(std::int64_t t, std::int64_t c, std::int64_t z, std::byte* to) override {
    if (!checked_) KARYO_CHECK_OK(check_all_pages());
    checked_ = true;
    if (first_.samples == 1) {
      std::byte* const planes[] = {to};
      return read_page(t, c, z, planes);
    }
    // A page holds all samples. They are kept: the next plane asked for is mostly another of them.
    const VolumeShape& shape = description_.shape;
    const std::size_t plane_bytes =
        static_cast<std::size_t>(shape.y * shape.x) * bytes_of(description_.type);
    const std::int64_t page = (t * plan_.channels + c / first_.samples) * plan_.slices + z;
    if (page != kept_page_) {
      kept_page_ = -1;
      if (kept_.size_bytes() == 0) {
        KARYO_TRY(kept_,
                  zeroed_volume(description_.type, {1, first_.samples, 1, shape.y, shape.x}));
      }
      std::vector<std::byte*> planes;
      for (std::int64_t s = 0; s < first_.samples; ++s) {
        planes.push_back(kept_.data() + static_cast<std::size_t>(s) * plane_bytes);
      }
      KARYO_CHECK_OK(read_page(t, c / first_.samples, z, planes));
      kept_page_ = page;
    }
    std::copy_n(kept_.data() + static_cast<std::size_t>(c % first_.samples) * plane_bytes,
                plane_bytes, to);
    return {};
  }

 private:
  /// Every page's tables against the file, before memory is taken.
  Result<void> check_all_pages() {
    if (plan_.pages.empty()) return {};  // contiguous: checked when planned
    std::uint64_t stored = 0;
    for (const std::uint64_t offset : plan_.pages) {
      KARYO_TRY(const TiffPage page, go_to_page_like(handle_, first_, offset));
      KARYO_CHECK_OK(check_tiff_chunks(handle_, page, stored));
      if (offset == plan_.pages.front()) KARYO_CHECK_OK(probe_tiff_page(handle_, page));
    }
    // Many pages may name the same bytes; then each must still be worth its pixels.
    const std::uint64_t size = handle_.source().size();
    if (stored / 16 > size) {
      return Error(ErrorCode::kBadFile,
                   "the pages claim " + readable_bytes(stored) + " of data in a file of " +
                       readable_bytes(size),
                   "The file is damaged; copy or export it again.");
    }
    return {};
  }

  Result<void> read_page(std::int64_t t, std::int64_t c, std::int64_t z,
                         std::span<std::byte* const> planes) {
    if (plan_.pages.empty()) {
      const auto place = static_cast<std::uint64_t>(plan_.place_of(t, c, z));
      return read_contiguous_plane(handle_.source(), handle_.big_endian(), first_,
                                   plan_.contiguous_at + place * first_.stored_plane_bytes(),
                                   planes);
    }
    const auto number = static_cast<std::size_t>((t * plan_.channels + c) * plan_.slices + z);
    KARYO_TRY(const TiffPage page, go_to_page_like(handle_, first_, plan_.pages[number]));
    std::uint64_t stored = 0;
    KARYO_CHECK_OK(check_tiff_chunks(handle_, page, stored));
    return decode_tiff_page(handle_, page, planes);
  }

  TiffStructure structure_;
  TiffHandle handle_;
  TiffPage first_;
  TiffPlan plan_;
  bool checked_ = false;         ///< check_all_pages() was passed
  Volume kept_;                  ///< samples of the page read last, where it has several
  std::int64_t kept_page_ = -1;  ///< its number; -1: none
};

}  // namespace

Result<std::unique_ptr<ImageReader>> open_tiff(std::shared_ptr<const ByteSource> source) {
  KARYO_TRY(TiffFile file, open_tiff_file(std::move(source)));
  return std::unique_ptr<ImageReader>(std::make_unique<TiffReader>(std::move(file)));
}

}  // namespace karyo::io
