#include "core/io/tiff_reader.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/io/limits.h"
#include "core/io/tiff_decode.h"
#include "core/io/tiff_file.h"

namespace karyo::io {
namespace {

class TiffReader final : public ImageReader {
 public:
  TiffReader(std::shared_ptr<const ByteSource> source, TiffFile file)
      : ImageReader(std::move(file.description)),
        source_(std::move(source)),
        big_endian_(file.open->handle.big_endian()),
        files_(std::move(file.files)),
        first_(file.first),
        plan_(std::move(file.plan)) {
    files_->give_back(std::move(file.open));
  }

  Result<Volume> read() override {
    KARYO_CHECK_OK(check_all_pages());
    KARYO_TRY(Volume volume, empty_volume());
    const VolumeShape shape = volume.shape();
    const std::size_t plane_bytes =
        static_cast<std::size_t>(shape.y * shape.x) * bytes_of(volume.type());
    std::vector<std::byte*> planes(static_cast<std::size_t>(first_.samples));
    for (const std::size_t number : planes_by_place()) {
      const auto z = static_cast<std::int64_t>(number) % plan_.slices;
      const auto c = static_cast<std::int64_t>(number) / plan_.slices % plan_.channels;
      const auto t = static_cast<std::int64_t>(number) / plan_.slices / plan_.channels;
      for (std::int64_t s = 0; s < first_.samples; ++s) {
        const std::int64_t channel = c * first_.samples + s;
        planes[static_cast<std::size_t>(s)] =
            volume.data() +
            static_cast<std::size_t>((t * shape.c + channel) * shape.z + z) * plane_bytes;
      }
      KARYO_CHECK_OK(read_page(t, c, z, planes));
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
  /// Numbers of planes as they lie: one file after another, each from its beginning.
  std::vector<std::size_t> planes_by_place() const {
    std::vector<std::size_t> numbers(static_cast<std::size_t>(plan_.planes()));
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    if (!plan_.pages.empty()) {
      std::stable_sort(numbers.begin(), numbers.end(), [&](std::size_t a, std::size_t b) {
        return plan_.pages[a] < plan_.pages[b];
      });
    }
    return numbers;
  }

  /// Every page's tables against its file, before memory is taken.
  Result<void> check_all_pages() {
    if (plan_.pages.empty()) return {};  // contiguous: checked when planned
    std::uint64_t stored = 0;
    std::uint64_t size = 0;
    std::unique_ptr<OpenTiff> open;
    for (const std::size_t number : planes_by_place()) {
      const TiffPlace place = plan_.pages[number];
      if (!open || open->file != place.file) {
        if (open) files_->give_back(std::move(open));
        KARYO_TRY(open, files_->take(place.file));
        size += open->handle.source().size();
      }
      const auto checked = check_page(*open, place.page, stored, number == 0);
      if (!checked) return files_->in_file(checked.error(), place.file);
    }
    files_->give_back(std::move(open));
    // Many pages may name the same bytes; then each must still be worth its pixels.
    if (stored / 16 > size) {
      return Error(ErrorCode::kBadFile,
                   "the pages claim " + readable_bytes(stored) + " of data in a file of " +
                       readable_bytes(size),
                   "The file is damaged; copy or export it again.");
    }
    return {};
  }

  Result<void> check_page(OpenTiff& open, std::uint32_t number, std::uint64_t& stored,
                          bool first) const {
    KARYO_TRY(const std::uint64_t offset, open.page_at(number));
    KARYO_TRY(const TiffPage page, go_to_page_like(open.handle, first_, offset));
    KARYO_CHECK_OK(check_tiff_chunks(open.handle, page, stored));
    return first ? probe_tiff_page(open.handle, page) : Result<void>();
  }

  Result<void> read_page(std::int64_t t, std::int64_t c, std::int64_t z,
                         std::span<std::byte* const> planes) {
    if (plan_.pages.empty()) {
      const auto place = static_cast<std::uint64_t>(plan_.place_of(t, c, z));
      return read_contiguous_plane(*source_, big_endian_, first_,
                                   plan_.contiguous_at + place * first_.stored_plane_bytes(),
                                   planes);
    }
    const TiffPlace place =
        plan_.pages[static_cast<std::size_t>((t * plan_.channels + c) * plan_.slices + z)];
    KARYO_TRY(auto open, files_->take(place.file));
    const auto read = [&]() -> Result<void> {
      KARYO_TRY(const std::uint64_t offset, open->page_at(place.page));
      KARYO_TRY(const TiffPage page, go_to_page_like(open->handle, first_, offset));
      std::uint64_t stored = 0;
      KARYO_CHECK_OK(check_tiff_chunks(open->handle, page, stored));
      return decode_tiff_page(open->handle, page, planes);
    }();
    if (!read) return files_->in_file(read.error(), place.file);
    files_->give_back(std::move(open));
    return {};
  }

  std::shared_ptr<const ByteSource> source_;  ///< the file that was opened
  bool big_endian_;                           ///< of contiguous planes
  std::unique_ptr<const TiffPool> files_;
  TiffPage first_;
  TiffPlan plan_;
  bool checked_ = false;         ///< check_all_pages() was passed
  Volume kept_;                  ///< samples of the page read last, where it has several
  std::int64_t kept_page_ = -1;  ///< its number; -1: none
};

}  // namespace

Result<std::unique_ptr<ImageReader>> open_tiff(std::shared_ptr<const ByteSource> source,
                                               const Neighbours& beside) {
  KARYO_TRY(TiffFile file, open_tiff_file(source, beside));
  return std::unique_ptr<ImageReader>(
      std::make_unique<TiffReader>(std::move(source), std::move(file)));
}

}  // namespace karyo::io
