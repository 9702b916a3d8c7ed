#include "core/io/tiff_pool.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace karyo::io {
namespace {

/// Enough for the files of a few planes and all threads; far below what a process may open.
constexpr std::size_t kMostOpen = 16;

Result<std::unique_ptr<OpenTiff>> open_known_tiff(std::shared_ptr<const ByteSource> source,
                                                  std::shared_ptr<const TiffStructure> structure,
                                                  std::uint32_t file) {
  KARYO_TRY(TiffHandle handle, TiffHandle::open(std::move(source), *structure));
  return std::unique_ptr<OpenTiff>(
      new OpenTiff{std::move(handle), std::move(structure), file, 0, {}, {-1, 0, 0, {}}, {}});
}

}  // namespace

Neighbours neighbours_of(const std::filesystem::path& path) {
  return {path.filename().string(), [folder = path.parent_path()](const std::string& name) {
            return open_file(folder / name);
          }};
}

Neighbours no_neighbours() {
  return {"", [](const std::string&) -> Result<std::shared_ptr<const ByteSource>> {
            return Error(ErrorCode::kNotFound, "the image comes from no folder",
                         "Save it as a file beside the others.");
          }};
}

Result<std::uint64_t> OpenTiff::page_at(std::uint32_t page) const {
  if (page < structure->pages.size()) return structure->pages[page];
  return Error(ErrorCode::kBadFile,
               "page " + std::to_string(page + std::uint64_t{1}) + " is needed, the file has " +
                   std::to_string(structure->pages.size()),
               "The file was replaced or damaged; copy or export it again.");
}

Result<std::unique_ptr<OpenTiff>> open_one_tiff(std::shared_ptr<const ByteSource> source,
                                                std::uint32_t file) {
  KARYO_TRY(TiffStructure structure, read_tiff_structure(*source));
  return open_known_tiff(std::move(source),
                         std::make_shared<const TiffStructure>(std::move(structure)), file);
}

TiffPool::TiffPool(std::shared_ptr<const ByteSource> own,
                   std::shared_ptr<const TiffStructure> structure, std::vector<std::string> names,
                   Neighbours beside)
    : own_(std::move(own)),
      structure_(std::move(structure)),
      names_(std::move(names)),
      beside_(std::move(beside)) {}

Result<std::unique_ptr<OpenTiff>> TiffPool::take(std::uint32_t file) const {
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(open_.rbegin(), open_.rend(),
                                    [&](const auto& open) { return open->file == file; });
    if (found != open_.rend()) {
      auto open = std::move(*found);
      open_.erase(std::next(found).base());
      return open;
    }
  }
  auto opened = [&]() -> Result<std::unique_ptr<OpenTiff>> {
    if (file == 0) return open_known_tiff(own_, structure_, file);
    KARYO_TRY(auto source, beside_.open(names_[file]));
    return open_one_tiff(std::move(source), file);
  }();
  if (!opened) return in_file(opened.error(), file);
  return opened;
}

void TiffPool::give_back(std::unique_ptr<OpenTiff> open) const {
  std::unique_ptr<OpenTiff> closed;  // outside the lock
  const std::lock_guard lock(mutex_);
  open_.push_back(std::move(open));
  if (open_.size() <= kMostOpen) return;
  closed = std::move(open_.front());
  open_.erase(open_.begin());
}

Error TiffPool::in_file(const Error& error, std::uint32_t file) const {
  return file == 0 ? error : error.in(names_[file]);
}

}  // namespace karyo::io
